// Runs cases in the page; the counterparts of these functions in Go are the
// methods of htmxdom.Document.
"use strict";

const voids = new Set(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]);
const escapes = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"};
const escapeText = s => s.replace(/[&<>"]/g, c => escapes[c]);
const spaces = {"http://www.w3.org/2000/svg": "svg", "http://www.w3.org/1998/Math/MathML": "math"};
const space = e => spaces[e.namespaceURI] ?? "";
const isHTML = (e, tag) => !space(e) && e.localName === tag;

function attributes(e, exact) {
	let out = [];
	for (let {name, value} of e.attributes) {
		if (!exact) {
			if (name === "data-htmx-powered" || name === "sb-skip") continue;
			if (name === "class" && !(value = value.split(/[ \t\n\f\r]+/).filter(Boolean).join(" "))) continue;
		}
		out.push([name, value]);
	}
	return out.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
}

function elementName(e, exact) {
	let p = e.parentElement;
	if (exact && space(e)) return space(e) + ":" + e.localName;
	if (!exact && !space(e) && p && space(p) && !["foreignObject", "desc", "title"].includes(p.localName)) return "html:" + e.localName;
	return e.localName;
}

function serialise(n, exact, raw) {
	switch (n.nodeType) {
	case Node.TEXT_NODE: return escapeText(n.data);
	case Node.COMMENT_NODE: return "<!--" + n.data + "-->";
	case Node.ELEMENT_NODE: break;
	default: return "";
	}
	let name = elementName(n, exact);
	let out = "<" + name + attributes(n, exact).map(([k, v]) => ` ${k}="${escapeText(v)}"`).join("") + ">";
	let inside = isHTML(n, "template") ? n.content : n;
	if (!inside.firstChild && !space(n) && voids.has(n.localName)) return out;
	return out + serialiseChildren(inside, exact, raw || isHTML(n, "pre") || isHTML(n, "textarea")) + "</" + name + ">";
}

function serialiseChildren(n, exact, raw) {
	let out = "", text = "";
	let flush = () => {
		if (raw || /[^ \t\n\f\r]/.test(text)) out += escapeText(text);
		text = "";
	};
	for (let c of n.childNodes) {
		if (exact) {
			if (c.nodeType === Node.TEXT_NODE && c.previousSibling?.nodeType === Node.TEXT_NODE) out += "‖";
			out += serialise(c, exact, raw);
		} else if (c.nodeType === Node.TEXT_NODE) {
			text += c.data;
		} else if (c.nodeType === Node.ELEMENT_NODE) {
			flush();
			out += serialise(c, exact, raw);
		}
	}
	flush();
	return out;
}

function fromBody(exact) {
	let out = "";
	for (let n = document.body; n; n = n.nextSibling) out += serialise(n, exact, false);
	return out;
}

// identity gives the elements with an id, the first of each, by id.
function identity() {
	let out = new Map();
	for (let e of document.querySelectorAll("[id]")) if (e.id && !out.has(e.id)) out.set(e.id, e);
	return out;
}

const all = () => [...document.body?.querySelectorAll("*") ?? []];

function values() {
	let out = {};
	for (let [id, e] of identity()) {
		if (isHTML(e, "select")) out[id] = [...e.options].filter(o => o.selected).map(o => o.value).join(",");
		else if (isHTML(e, "textarea")) out[id] = e.value;
		else if (isHTML(e, "input")) out[id] = ["checkbox", "radio"].includes(e.type) ? String(e.checked) : e.value;
	}
	return out;
}

const isField = e => ["input", "select", "textarea", "button", "output"].some(tag => isHTML(e, tag));

function controls() {
	return all().filter(isField).map(e => {
		let line = e.localName + "#" + e.id;
		if (isHTML(e, "select")) [...e.options].forEach((o, i) => line += o.selected ? " " + i : "");
		if (isHTML(e, "input")) line += ` ${e.type} ${JSON.stringify(e.type === "file" ? "" : e.value)} ${e.checked}`;
		if (isHTML(e, "textarea")) line += " " + JSON.stringify(e.value);
		if (e.matches(":disabled")) line += " disabled";
		if (e.form) line += " in " + e.form.id;
		return line;
	});
}

function posted() {
	return all().filter(e => isHTML(e, "form")).map(f =>
		new URLSearchParams([...new FormData(f)].filter(([, v]) => typeof v === "string")).toString());
}

// What a user does here is seen by the browser alone: htmx is to send nothing, and no
// form is submitted.
for (let name of ["click", "input", "change", "reset", "toggle"]) {
	addEventListener(name, e => {
		e.stopImmediatePropagation();
		if (name === "click" && e.target.matches("[type=submit], [type=image], button:not([type])")) e.preventDefault();
	}, true);
}

function gesture({Do, ID, Text}) {
	let e = document.getElementById(ID);
	if (!e) return;
	if (Do === "focus") e.focus();
	else if (Do === "type" && (isHTML(e, "input") || isHTML(e, "textarea"))) e.focus(), e.type === "file" || (e.value = Text);
	else if (Do === "check" && isHTML(e, "input")) e.checked = Text === "true";
	else if (Do === "choose" && isHTML(e, "select")) {
		if ([...e.options].some(o => o.value === Text)) e.value = Text;
	} else if (Do === "toggle" && isHTML(e, "select") && e.multiple) {
		let o = [...e.options].find(o => o.value === Text);
		if (o) o.selected = !o.selected;
	} else if (Do === "open" && (isHTML(e, "details") || isHTML(e, "dialog"))) e.open = Text === "true";
	else if (Do === "click") e.click();
	else if (Do === "paint") {
		let painted = document.createElement("i");
		painted.textContent = Text;
		e.replaceChildren(painted);
	} else if (Do === "reset" && isHTML(e, "form")) HTMLFormElement.prototype.reset.call(e);
}

function install(page) {
	let from = new DOMParser().parseFromString(page, "text/html");
	// In a page that runs scripts, noscript holds text.
	for (let e of from.querySelectorAll("noscript")) e.textContent = e.innerHTML;
	for (let n of [...document.documentElement.childNodes]) if (n !== document.head) n.remove();
	document.documentElement.append(document.adoptNode(from.body));
	document.title = from.title;
	for (let e of document.querySelectorAll("[autofocus]")) {
		e.focus();
		if (document.activeElement === e) break;
	}
	htmx.process(document.body);
}

// settled lets the browser lay out and do what it does then: take the focus
// from an element that cannot keep it.
async function settled() {
	if (document.activeElement === document.body) return;
	document.body.offsetWidth;
	await new Promise(done => setTimeout(done));
}

async function runCase({Page, Setup, Messages, Then}) {
	install(Page);
	for (let g of Setup ?? []) gesture(g);
	await settled();
	let then = identity(), elements = new Map(all().map((e, i) => [e, i])), errors = [];
	for (let [i, text] of (Messages ?? []).entries()) {
		let source = document.querySelector("[hx-sse\\:connect]");
		let error = "";
		try {
			await htmx.swap({text, sourceElement: source ?? document.body, target: source ?? document.body,
				swap: "none swapEmpty:false", transition: false, request: {}});
		} catch (e) {
			error = String(e);
			// The other swaps of the message may still wait for their delays, and no
			// promise tells when they are done.
			await new Promise(done => setTimeout(done, 100));
		}
		await settled();
		errors.push(error);
		for (let g of Then?.[i] ?? []) gesture(g);
		await settled();
	}
	let now = identity(), active = document.activeElement;
	return {
		HTML: fromBody(false), Exact: fromBody(true), Title: document.title,
		Kept: [...now].filter(([id, e]) => then.get(id) === e).map(([id]) => id).sort(),
		Nodes: all().map(e => elements.get(e) ?? -1),
		Focus: !active || active === document.body ? "" : active.id || "?" + active.localName,
		Values: values(), Controls: controls(), Posted: posted(), Errors: errors,
	};
}

async function runCases(cases) {
	let out = [];
	for (let c of cases) out.push(await runCase(c));
	return out;
}
