// SPDX-License-Identifier: MIT
"use strict";
/**
 * What the plots share. Observable Plot draws them; their colours are the page's variables, so that
 * another theme needs no new drawing.
 */
(() => {
	const {time} = page.text;

	const BASE = {
		style: {background: "none", fontSize: "12px", fontFamily: "inherit"},
		marginTop: 24,
		marginRight: 24,
	};
	const UNITS = [
		["h", 3.6e12],
		["m", 6e10],
		["s", 1e9],
		["ms", 1e6],
		["µs", 1e3],
		["ns", 1],
	];

	/** A unit in which the largest of these times reads well. */
	function unitFor(largest) {
		return (
			UNITS.find(([unit, ns]) => largest >= (unit === "h" || unit === "m" ? 2 * ns : ns)) ??
			UNITS.at(-1)
		);
	}

	/** The domain around these values, with some air. */
	function around(values) {
		const lo = Math.min(...values),
			hi = Math.max(...values);
		const air = (hi - lo || Math.abs(hi) || 1) * 0.08;

		return [lo >= 0 ? Math.max(0, lo - air) : lo - air, hi + air];
	}

	/** Distinct windows of a cell's trials, in ns. */
	function windows(cell) {
		const seen = new Map();

		for (let i = 0; i < cell.n; i++) {
			const window = cell.window(i);

			if (Array.isArray(window)) seen.set(String(window), window);
		}
		return [...seen.values()];
	}

	/** From the earliest to the latest of all windows, as a list of one or none. */
	const hull = list =>
		list.length ? [[Math.min(...list.map(w => w[0])), Math.max(...list.map(w => w[1]))]] : [];

	/* Where a logarithmic time axis has its marks; ns. */
	const DECADES = [1e6, 1e7, 1e8, 1e9, 1e10, 6e10, 6e11, 3.6e12, 3.6e13, 3.6e14];
	const DECADE_TEXT = new Map([
		[6e10, "1 m"],
		[6e11, "10 m"],
		[3.6e12, "1 h"],
		[3.6e13, "10 h"],
		[3.6e14, "100 h"],
	]);

	/** A log scale of times; type "log" would label powers of ten only, and no minute or hour. */
	const LOG = {type: "symlog", constant: 1};

	function tickText(ns) {
		const size = Math.abs(ns),
			text =
				DECADE_TEXT.get(size) ??
				(size
					? `${Number(time(size).split(" ")[0])} ${time(size).split(" ")[1]}`
					: "fault");

		return ns < 0 ? `−${text}` : text;
	}

	page.figures = {BASE, DECADES, LOG, unitFor, around, windows, hull, tickText};
})();
