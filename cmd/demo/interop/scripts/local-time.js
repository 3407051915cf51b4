// <local-time datetime="2026-11-29T10:00:00Z"> shows a moment in the time zone, and the language, of whoever reads it. The
// server changes the attribute; what the element shows is its own.

customElements.define("local-time", class extends HTMLElement {
	static observedAttributes = ["datetime"]

	attributeChangedCallback() {
		const time = new Date(this.getAttribute("datetime"))
		if (!isNaN(time)) this.textContent = time.toLocaleTimeString([], { timeStyle: "long" })
	}
})
