// SPDX-License-Identifier: MIT
"use strict";
/** Out of the page: figures as SVG, tables as CSV (RFC 4180), text to the clipboard. */
(() => {
	const {h, button, say} = page.dom;
	const SVG = "http://www.w3.org/2000/svg";
	const STYLE = [
		"fill",
		"fill-opacity",
		"stroke",
		"stroke-width",
		"stroke-opacity",
		"stroke-dasharray",
		"stroke-linejoin",
		"opacity",
		"font-family",
		"font-size",
		"font-weight",
		"font-variant-numeric",
		"text-anchor",
		"paint-order",
		"mix-blend-mode",
	];

	function download(name, type, text) {
		const url = URL.createObjectURL(new Blob([text], {type}));
		const link = h("a", {href: url, download: name});

		document.body.append(link);
		link.click();
		link.remove();
		setTimeout(() => URL.revokeObjectURL(url), 10_000);
		say(`${name} is saved`);
	}

	/** Styles come from the page; a file of its own must carry them. */
	function copyStyles(from, to) {
		const computed = getComputedStyle(from);

		for (const name of STYLE) {
			const value = computed.getPropertyValue(name);

			if (value) to.style.setProperty(name, value);
		}
		[...from.children].forEach((child, i) => copyStyles(child, to.children[i]));
	}

	/** @param {SVGElement} svg drawn in the page @param {string} title @returns {string} */
	function svgText(svg, title) {
		const copy = svg.cloneNode(true),
			box = svg.viewBox.baseVal;
		const back = document.createElementNS(SVG, "rect"),
			name = document.createElementNS(SVG, "title");

		copyStyles(svg, copy);
		copy.querySelectorAll("style, [aria-label=tip]").forEach(element => element.remove());
		copy.setAttribute("xmlns", SVG);
		copy.removeAttribute("class");
		back.setAttribute("x", box.x);
		back.setAttribute("y", box.y);
		back.setAttribute("width", box.width);
		back.setAttribute("height", box.height);
		back.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
		name.textContent = title;
		copy.prepend(name, back);
		return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
	}

	const quoted = value => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

	/** @param {Array<Array>} rows @returns {string} */
	const csvText = rows =>
		rows.map(row => row.map(value => quoted(String(value ?? ""))).join(",")).join("\r\n") +
		"\r\n";

	const saveCsv = (name, rows) =>
		download(`${name}.csv`, "text/csv;charset=utf-8", csvText(rows));
	const saveSvg = (name, svg, title) =>
		download(`${name}.svg`, "image/svg+xml", svgText(svg, title));

	/** Where the clipboard is not ours to write, the old way. */
	function copyOldWay(text) {
		const area = h("textarea", {"aria-hidden": "true"});

		area.value = text;
		document.body.append(area);
		area.select();
		document.execCommand("copy");
		area.remove();
	}

	/** @param {string} text @param {string} what as in "The table" */
	async function copy(text, what) {
		try {
			await navigator.clipboard.writeText(text);
		} catch {
			copyOldWay(text);
		}
		say(`${what} is copied`);
	}

	/** Rows for a spreadsheet's clipboard. */
	const tsvText = rows =>
		rows.map(row => row.map(value => String(value ?? "")).join("\t")).join("\n");

	/**
	 * Buttons for rows that are made when asked for.
	 * @param {string} name @param {function(): Array<Array>} rows
	 */
	const rowButtons = (name, rows, what = "table") => [
		button("Copy", () => copy(tsvText(rows()), `The ${what}`), {
			"aria-label": `Copy the ${what}`,
		}),
		button("CSV", () => saveCsv(name, rows()), {"aria-label": `Save the ${what} as CSV`}),
	];

	/** A figure with its caption and its buttons. */
	function figure(name, caption, svg, ...more) {
		svg.setAttribute("role", "img");
		svg.setAttribute("aria-label", caption);
		return h(
			"figure",
			{"data-figure": name},
			h(
				"div.head",
				{},
				h("figcaption", {}, caption),
				h(
					"div.tools",
					{},
					more,
					button("SVG", () => saveSvg(`deadpeer-${name}`, svg, caption), {
						"aria-label": `Save as SVG: ${caption}`,
					})
				)
			),
			h("div.drawing", {}, svg)
		);
	}

	page.save = {svgText, csvText, saveCsv, saveSvg, copy, rowButtons, figure, download};
})();
