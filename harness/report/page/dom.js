// SPDX-License-Identifier: MIT
"use strict";
/**
 * The page is a set of small scripts that share one object. Each adds a part of its own name:
 * page.text, page.stats, page.data, …, in the order of index.html. Nothing else is global.
 *
 * Text reaches the page through textContent and attributes only, never as HTML: records may hold
 * anything.
 */
const page = {};

(() => {
	/**
	 * An element with attributes, listeners (on…) and children; null and false children are
	 * left out.
	 * @param {string} name as in "td" or "td.class"
	 * @param {Object<string, *>} attributes `true` sets an empty one, null and false none
	 * @param {...(Node|string|number|null|Array)} children
	 * @returns {HTMLElement}
	 */
	function h(name, attributes = {}, ...children) {
		const [tag, ...classes] = name.split(".");
		const element = document.createElement(tag);

		if (classes.length) element.className = classes.join(" ");
		for (const [key, value] of Object.entries(attributes)) {
			if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
			else if (value === true) element.setAttribute(key, "");
			else if (value !== null && value !== undefined && value !== false)
				element.setAttribute(key, value);
		}
		element.append(
			...children
				.flat(Infinity)
				.filter(child => child !== null && child !== undefined && child !== false)
				.map(child => (child instanceof Node ? child : String(child)))
		);
		return element;
	}

	/** @param {string} id */
	const byId = id => document.getElementById(id);

	/** Tells screen readers, without moving the focus. @param {string} text */
	function say(text) {
		byId("live").textContent = text;
	}

	/**
	 * A labelled choice among options.
	 * @param {string} label
	 * @param {Array<[string, string]>} options value and text
	 * @param {string} value the chosen one
	 * @param {function(string)} change
	 */
	function choice(label, options, value, change) {
		const select = h(
			"select",
			{onchange: event => change(event.target.value)},
			options.map(([v, text]) => h("option", {value: v, selected: v === value}, text))
		);

		return h("label.choice", {}, h("span", {}, label), select);
	}

	/** A button. @param {string} text @param {function()} act @param {Object} [attributes] */
	function button(text, act, attributes = {}) {
		return h("button", {type: "button", onclick: act, ...attributes}, text);
	}

	/**
	 * A table of plain text with a caption; numbers stand right.
	 * @param {string} caption
	 * @param {Array<string>} head
	 * @param {Array<Array>} rows a cell is a text, a number or an element
	 * @param {Array<boolean>} [numeric] which columns hold numbers
	 */
	function table(caption, head, rows, numeric = []) {
		const cls = i => (numeric[i] ? "num" : null);

		return h(
			"table.plain",
			{},
			h("caption.sr", {}, caption),
			h(
				"thead",
				{},
				h(
					"tr",
					{},
					head.map((text, i) => h("th", {scope: "col", class: cls(i)}, text))
				)
			),
			h(
				"tbody",
				{},
				rows.map(row =>
					h(
						"tr",
						{},
						row.map((text, i) =>
							i === 0
								? h("th", {scope: "row", class: cls(i)}, text)
								: h("td", {class: cls(i)}, text)
						)
					)
				)
			)
		);
	}

	page.dom = {h, byId, say, choice, button, table};
})();
