// <sales-chart> draws the points that the server pushes. A click sends the nearest one, and shows what the server replies.

const maxPoints = 60

class SalesChart extends HTMLElement {
	xs = []
	ys = []

	async connectedCallback() {
		if (!this.begun) {
			this.begun = true
			this.addEventListener("sb:reply", e => this.note.textContent = JSON.parse(e.detail.data).text)
			this.build()
		}
		document.addEventListener("chart:history", this)
		document.addEventListener("chart:point", this)
	}

	disconnectedCallback() {
		document.removeEventListener("chart:history", this)
		document.removeEventListener("chart:point", this)
		this.sizes?.disconnect()
		this.chart?.destroy()
		this.chart = this.begun = undefined
	}

	// An element that moves keeps all it has.
	connectedMoveCallback() {}

	handleEvent(e) {
		const data = JSON.parse(e.detail.data)
		if (e.type === "chart:history") this.xs = [], this.ys = []
		for (const p of e.type === "chart:history" ? data : [data]) {
			this.xs.push(p.x)
			this.ys.push(p.y)
		}
		this.xs = this.xs.slice(-maxPoints)
		this.ys = this.ys.slice(-maxPoints)
		this.draw()
	}

	async build() {
		const style = document.createElement("link")
		style.rel = "stylesheet"
		style.href = new URL("./vendor/uPlot.min.css", import.meta.url)
		this.note = document.createElement("p")
		this.note.setAttribute("role", "status")
		const loaded = new Promise(done => style.onload = style.onerror = done)
		this.replaceChildren(style, this.note)
		const [{ default: uPlot }] = await Promise.all([import("./vendor/uPlot.esm.js"), loaded])
		if (!this.begun || this.chart) return
		const color = () => getComputedStyle(this).color
		const axis = { stroke: color, grid: { stroke: "#8884" }, ticks: { stroke: "#8884" } }
		const size = () => ({ width: this.clientWidth, height: 220 })
		this.chart = new uPlot({
			...size(),
			scales: { x: { time: false } },
			legend: { show: false },
			axes: [axis, { ...axis, size: 50 }],
			series: [{}, { stroke: "#3b82f6", width: 2, fill: "#3b82f633" }],
		}, [this.xs, this.ys], this)
		this.append(this.note)
		this.chart.over.addEventListener("click", () => this.select(this.chart.cursor.idx))
		this.sizes = new ResizeObserver(() => this.chart.setSize(size()))
		this.sizes.observe(this)
		this.draw()
	}

	draw() {
		this.chart?.setData([this.xs, this.ys])
		if (this.chart) this.setAttribute("data-js-points", this.xs.length)
	}

	select(i) {
		if (this.xs[i] === undefined) return
		this.value = JSON.stringify({ x: this.xs[i], y: this.ys[i] })
		this.dispatchEvent(new Event("chart:select"))
	}
}

customElements.define("sales-chart", SalesChart)
