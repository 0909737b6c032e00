// SPDX-License-Identifier: MIT
"use strict";
/**
 * The heat map's colours: a log scale from a millisecond to ten hours, light to dark, so that its
 * order also survives a grey print and colour-blind eyes. Red and amber are left to mistakes.
 */
(() => {
	const MS = 1e6,
		HOUR = 3.6e12;
	const COLOURS = ["#d3f5e1", "#8fdcc6", "#4bb8c6", "#3787c4", "#4c58b4", "#6d2f9c", "#551566"];
	const ramp = vendor.interpolateRgbBasis(COLOURS);
	const position = vendor.scaleLog([MS, 10 * HOUR], [0, 1]).clamp(true);

	/** Marks of the legend. */
	const TICKS = [
		[MS, "1 ms"],
		[10 * MS, "10 ms"],
		[100 * MS, "100 ms"],
		[1e9, "1 s"],
		[1e10, "10 s"],
		[6e10, "1 m"],
		[6e11, "10 m"],
		[HOUR, "1 h"],
		[10 * HOUR, "10 h"],
	];

	/** WCAG relative luminance of "rgb(r, g, b)". */
	function luminance(colour) {
		const [r, g, b] = colour.match(/\d+/g).map(v => {
			const c = v / 255;

			return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
		});

		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	}

	/** Black or white, whichever contrasts more. */
	const ink = colour => (luminance(colour) > 0.179 ? "#000000" : "#ffffff");

	/** @param {number} ns @returns {{fill: string, ink: string}} */
	function colour(ns) {
		const fill = ramp(position(Math.max(ns, MS)));

		return {fill, ink: ink(fill)};
	}

	/* Quicker is green to blue, slower orange to brown; both darken with the factor. */
	const QUICKER = vendor.interpolateRgbBasis(["#eef4f8", "#9ccbe0", "#3c8dbc", "#12507f"]);
	const SLOWER = vendor.interpolateRgbBasis(["#f8f1ea", "#f3b98a", "#d97328", "#8a3d07"]);

	/** The colour of a change by a factor. @param {number} ratio B / A */
	function change(ratio) {
		const size = Math.min(1, Math.abs(Math.log10(ratio)));
		const fill = (ratio < 1 ? QUICKER : SLOWER)(Math.sqrt(size));

		return {fill, ink: ink(fill)};
	}

	page.scale = {colour, change, position, ramp, TICKS};
})();
