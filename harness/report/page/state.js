// SPDX-License-Identifier: MIT
"use strict";
/**
 * What is being looked at. All of it stands in the address after the #, so that a link restores the
 * view; what is as by default is left out. The theme is a habit of the reader, and stays with them.
 */
(() => {
	const TEXTS = {
		a: "0",
		b: "",
		layout: "",
		show: "median",
		cell: "",
		trial: "",
		axis: "",
		trade: "",
		same: "",
	};
	const SETS = ["family", "method", "verdict"];
	const listeners = [];

	/** @type {Object<string, string|Set<string>>} */
	const view = {};

	function read() {
		const given = new URLSearchParams(location.hash.slice(1));

		for (const [key, otherwise] of Object.entries(TEXTS))
			view[key] = given.get(key) ?? otherwise;
		for (const key of SETS) view[key] = new Set(given.getAll(key));
	}

	function hash() {
		const out = new URLSearchParams();

		for (const [key, otherwise] of Object.entries(TEXTS)) {
			if (view[key] !== otherwise) out.set(key, view[key]);
		}
		for (const key of SETS) view[key].forEach(value => out.append(key, value));
		return String(out);
	}

	function write() {
		const text = hash();

		if (location.hash.slice(1) === text) return;
		try {
			history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
		} catch {
			location.hash = text; /* a page inside a frame without an address */
		}
	}

	const notify = changed => listeners.forEach(listener => listener(changed));

	/** Changes the view and tells the listeners which keys. @param {Object} to */
	function set(to) {
		Object.assign(view, to);
		write();
		notify(Object.keys(to));
	}

	/** Adds or removes one value of a filter. */
	function toggle(key, value, on) {
		const values = new Set(view[key]);

		if (on) values.add(value);
		else values.delete(value);
		set({[key]: values});
	}

	/** @param {function(Array<string>)} listener gets the keys that changed */
	const listen = listener => listeners.push(listener);

	const all = () => [...Object.keys(TEXTS), ...SETS];

	addEventListener("hashchange", () => {
		if (location.hash.slice(1) === hash()) return;
		read();
		notify(all());
	});
	read();

	page.state = {view, set, toggle, listen, all};
})();
