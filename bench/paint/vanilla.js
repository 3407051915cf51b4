// The table without a server: what the browser takes at least. It is only for this measurement.
"use strict";
{
	const words = ["shiny", "quiet", "plain", "small", "green", "chair", "house", "table", "mouse", "onion"];
	const body = document.getElementById("rows");
	const template = document.createElement("tr");
	template.innerHTML = `<td></td><td><a href="#"></a></td><td><button>×</button></td>`;
	let last = 0, selected = null;

	const row = () => {
		const id = ++last, tr = template.cloneNode(true), [number, label, remove] = tr.children;
		tr.id = "row-" + id;
		number.textContent = id;
		label.firstChild.id = "label-" + id;
		label.firstChild.textContent = [0, 3, 7].map(k => words[(id * 7 + k) % words.length]).join(" ");
		remove.firstChild.setAttribute("aria-label", "Remove row " + id);
		return tr;
	};
	const rows = n => {
		const made = document.createDocumentFragment();
		for (let i = 0; i < n; i++) made.append(row());
		return made;
	};
	const acts = {
		"Create 1,000 rows": () => body.replaceChildren(rows(1000)),
		"Replace all": () => body.replaceChildren(rows(body.rows.length)),
		"Append 1,000 rows": () => body.append(rows(1000)),
		"Update every 10th row": () => {
			const all = body.rows;
			for (let i = 0; i < all.length; i += 10) all[i].cells[1].firstChild.firstChild.nodeValue += " !!!";
		},
		"Swap rows": () => {
			const [a, b, next] = [body.rows[1], body.rows[998], body.rows[999]];
			a.before(b);
			next.before(a);
		},
		"Clear": () => body.replaceChildren(),
	};
	for (const button of document.querySelectorAll(".actions button")) {
		const [, act] = Object.entries(acts).find(([label]) => button.textContent.trim().startsWith(label));
		button.addEventListener("click", event => {
			event.preventDefault(); // the button is a form's, for those without scripts
			act();
		});
	}
	body.addEventListener("click", event => {
		const tr = event.target.closest("tr");
		if (event.target.matches("button")) return tr.remove();
		event.preventDefault();
		selected?.removeAttribute("class");
		selected?.removeAttribute("aria-current");
		tr.className = "danger";
		tr.setAttribute("aria-current", "true");
		selected = tr;
	});
}
