// <sort-list> lets its <ul> be sorted by dragging. A drop is sent to the server, which replies with the order that holds
// from then on, also if it refuses the drop: then what was dragged goes back.

class SortList extends HTMLElement {
	async connectedCallback() {
		if (this.begun) return // it has moved
		this.begun = true
		this.addEventListener("sb:reply", e => this.sortable?.sort(JSON.parse(e.detail.data).order, true))
		const { default: Sortable } = await import("./vendor/sortable.esm.js")
		this.sortable = new Sortable(this.querySelector("ul"), {
			animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
			dataIdAttr: "id",
			handle: ".handle",
			forceFallback: true, // the same for mice and fingers
			onStart: () => Sortable.ghost?.removeAttribute("id"), // the copy that is dragged: an id is used once
			onEnd: e => e.oldIndex !== e.newIndex && this.push({ id: e.item.id, to: e.newIndex }),
		})
		this.setAttribute("data-js-ready", "")
	}

	// Stays where it is while it moves: it has nothing to do then.
	connectedMoveCallback() {}

	push(drop) {
		this.value = JSON.stringify(drop)
		this.dispatchEvent(new Event("push"))
	}
}

customElements.define("sort-list", SortList)
