// Clicks an element and tells what it took in milliseconds: until the table had changed, and until the second frame after
// that. wait is a part of a frame by which the click comes after one, so that clicks fall on all parts of it.
async ({selector, text, want, wait}) => {
	const body = document.getElementById("rows");
	const element = [...document.querySelectorAll(selector)].find(e => e.textContent.trim().startsWith(text));
	const shown = () => [body.rows.length, body.rows[0]?.id, body.rows[1]?.id, body.rows[990]?.cells[1].textContent, body.querySelector(".danger")?.id].join();
	const frame = () => new Promise(requestAnimationFrame);
	let long = 0;
	const add = entries => entries.forEach(task => long += task.duration);
	const tasks = new PerformanceObserver(list => add(list.getEntries()));
	tasks.observe({type: "longtask"});
	element.scrollIntoView({block: "nearest"});
	await frame();
	await new Promise(resolve => setTimeout(resolve, wait * 1000 / 60));

	const before = shown();
	const changed = new Promise(resolve => {
		const observer = new MutationObserver(() => {
			if (shown() === before) return;
			observer.disconnect();
			resolve(performance.now());
		});
		observer.observe(body, {subtree: true, childList: true, characterData: true, attributeFilter: ["aria-current"]});
	});
	const start = performance.now();
	element.click();
	const done = await changed;
	await frame();
	await frame();
	const painted = performance.now();
	if (want >= 0 && body.rows.length !== want) throw new Error(`${body.rows.length} rows after ${text || selector}, want ${want}`);
	add(tasks.takeRecords());
	tasks.disconnect();
	return {Done: done - start, Painted: painted - start, Long: long};
}
