package chaos_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// useForm has the script of a page of orders do what person.useOrders does, and tells what that was.
const useForm = `((a, b, text) => {
	const all = s => [...document.querySelectorAll(s)].filter(e => !e.disabled), done = [];
	const some = s => { const list = all(s); return list[Math.floor(b * list.length)] };
	const busy = !!document.querySelector(".htmx-request");
	const number = () => document.querySelector("#order input[name=sb-form]").value;
	const send = (e, name) => e.dispatchEvent(new Event(name, {bubbles: true}));
	const write = (e, text) => {
		if (!e) return;
		done.push({do: "write", id: e.id, text, number: number(), busy});
		e.focus();
		e.value = text;
		send(e, "input");
		if (b < 0.5) { send(e, "change"); e.blur() }
	};
	const choose = (e, value) => { e.focus(); e.value = value; send(e, "input"); send(e, "change") };
	const remove = e => { if (e) done.push({do: "remove", text: e.value, number: number()}); e?.click() };
	const submit = () => {
		done.push({do: "submit", text: document.getElementById("order-name").value, number: number()});
		all("#order button.sb-submit")[0].click();
	};
	const offered = () => all("#order-region option").filter(o => o.value);
	if (!document.getElementById("order")) return done;
	if (a < 0.18) write(document.getElementById("order-name"), text);
	else if (a < 0.26) write(document.getElementById("order-count"), ["7", "12", "1x", "", "-", "250"][Math.floor(b * 6)]);
	else if (a < 0.31) choose(document.getElementById("order-country"), ["DE", "DE", "FR", "VA"][Math.floor(b * 4)]);
	else if (a < 0.36) { if (offered().length) choose(document.getElementById("order-region"), offered()[Math.floor(b * offered().length)].value) }
	else if (a < 0.45) some("#order-gift, #order-speed input, #order-extras input")?.click();
	else if (a < 0.5) write(document.getElementById("order-note"), text + "\nü");
	else if (a < 0.57) some('#order button[value^="add "]')?.click();
	else if (a < 0.62) remove(some('#lines button[value^="remove "]'));
	else if (a < 0.69) some('#lines button[value^="move "]')?.click();
	else if (a < 0.82) write(some("#lines input"), text);
	else if (a < 0.85) document.getElementById("poke").click();
	else if (a < 0.88) document.activeElement?.blur();
	else {
		if (a < 0.97) {
			write(document.getElementById("order-name"), text);
			write(document.getElementById("order-count"), "3");
			all("#lines input").forEach((e, i) => { if (!e.value) write(e, text + "-" + i) });
			if (offered().length) choose(document.getElementById("order-region"), offered()[0].value);
			else choose(document.getElementById("order-country"), "DE");
		}
		submit();
		if (b < 0.3) submit();
		if (b > 0.7) write(document.getElementById("order-name"), text + "-next");
	}
	return done;
})(%v, %v, %q)`

// deed is what useForm tells.
type deed struct {
	Do, ID, Text, Number string
	Busy                 bool
}

func (c *watcher) useOrders(random *rand.Rand) {
	if c.hidden {
		return // nobody types into a page that is hidden
	}
	a, b := random.Float64(), random.Float64()
	var done []deed
	c.page.Eval(fmt.Sprintf(useForm, a, b, c.token()), &done)
	c.note(done)
}

// token is a text that nobody has typed before.
func (c *watcher) token() string {
	c.tokens++
	return fmt.Sprintf("%s-%d", strings.ReplaceAll(c.name, " ", "-"), c.tokens)
}

func (c *watcher) note(done []deed) {
	for _, d := range done {
		switch d.Do {
		case "write":
			c.ledger.write(d.ID, d.Text, d.Number, d.Busy)
		case "submit":
			c.ledger.submit(d.Text, d.Number)
		case "remove":
			c.ledger.remove(d.Text, d.Number)
		}
	}
}

// kept does what person.kept does.
func (c *watcher) kept() {
	c.t.Helper()
	var shown map[string]string
	c.page.Eval(`Object.fromEntries([...document.querySelectorAll("#order input[id], #order textarea")].map(e => [e.id, e.value]))`, &shown)
	lost, gone := c.ledger.lost(func(id string) (string, bool) {
		text, ok := shown[id]
		return text, ok
	}, c.ledger.clerk.book)
	c.ledger.clerk.wentWith(gone)
	for _, text := range lost {
		c.t.Errorf("%s: what was typed is lost: %s\n%v", c.name, text, c.page.Requests())
	}
}

// orderOne does what person.order does. It returns what is wrong.
const orderOne = `(async name => {
	const all = s => [...document.querySelectorAll(s)], id = s => document.getElementById(s);
	const send = (e, name) => e.dispatchEvent(new Event(name, {bubbles: true}));
	const set = (e, value) => { e.focus(); e.value = value; send(e, "input"); send(e, "change"); e.blur() };
	const until = async done => {
		for (let i = 0; i < 1500; i++) {
			if (!document.querySelector(".htmx-request") && done()) return true;
			await new Promise(done => setTimeout(done, 20));
		}
	};
	if (!id("order")) return "";
	for (let i = 0; i < 100; i++) {
		const one = all('#lines button[value^="remove lines "]')[6] ??
			all("#lines li").map(l => l.querySelectorAll('button[value^="remove lines["]')[4]).find(e => e);
		if (!one) break;
		const value = one.value;
		one.click();
		if (!await until(() => !all("#lines button").some(e => e.value == value))) return "a row is not removed";
	}
	set(id("order-country"), "DE");
	const offered = () => all("#order-region option").find(o => o.value == "BE");
	if (!await until(offered)) return "there are no regions";
	set(id("order-region"), offered().value);
	set(id("order-name"), name);
	set(id("order-count"), "3");
	set(id("order-note"), name + "-note");
	all("#lines input").forEach((e, i) => { if (!e.value) set(e, name + "-" + i) });
	document.querySelector("#order button.sb-submit").click();
	if (!await until(() => id("order-name").value == "" && id("saved").textContent.includes(name)))
		return "not cleared: " + JSON.stringify({name: id("order-name").value, errors: all("#order .sb-errors span, #order [role=alert] li").map(e => e.textContent)});
	return "";
})(%q)`

// order submits the form, if there is one, every other time.
func (c *watcher) order() {
	c.t.Helper()
	if c.tokens%2 == 0 {
		return
	}
	name := c.token() + "."
	var wrong string
	c.page.Within(2*time.Minute).Eval(fmt.Sprintf(orderOne, name), &wrong)
	if wrong != "" {
		c.t.Errorf("%s: order %s: %s\n%v", c.name, name, wrong, c.page.Requests())
	}
}
