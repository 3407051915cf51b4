import "./chart.js"
