// The elements of the demo's page /client. This module is on every page: what is large is loaded by the element that
// needs it.

import "./local-time.js"
import "./sales-chart.js"
import "./sort-list.js"
