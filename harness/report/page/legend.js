// SPDX-License-Identifier: MIT
"use strict";
/** What the colours and marks of the heat map mean. */
(() => {
	const {h} = page.dom;
	const {view} = page.state;
	const {STATES} = page.cells;

	/** A scale of colours with its marks, [[position 0..1, text], …]. */
	function ramp(colours, marks, words) {
		return h(
			"div.ramp",
			{role: "img", "aria-label": words},
			h("div.bar", {style: `background:linear-gradient(90deg,${colours.join(",")})`}),
			marks.map(([at, text]) => h("span", {style: `left:${100 * at}%`}, text))
		);
	}

	const sample = (state, sign, text) => h("li", {}, h(`span.c.s-${state}`, {}, sign), text);

	function changeLegend() {
		const steps = Array.from({length: 13}, (_, i) => 10 ** (i / 6 - 1));

		return [
			ramp(
				steps.map(ratio => page.scale.change(ratio).fill),
				[
					[0, "×0.1"],
					[0.25, "quicker"],
					[0.5, "same"],
					[0.75, "slower"],
					[1, "×10"],
				],
				"Colours: from blue at a tenth of A's time over white to brown at ten times, logarithmic"
			),
			h(
				"ul",
				{},
				sample("quiet", "=", "equal"),
				sample("failed", "≠", "something else happened"),
				sample("skip", "A only", "not in B")
			),
		];
	}

	/** The legend: the scale, and every mark that is not on it. */
	function draw() {
		const {position, TICKS} = page.scale,
			colours = Array.from({length: 13}, (_, i) => page.scale.ramp(i / 12));
		const others = Object.entries(STATES).filter(([state]) => state !== "time");

		if (view.show === "change") return changeLegend();
		return [
			ramp(
				colours,
				TICKS.map(([ns, text]) => [position(ns), text]),
				"Colours: from light at 1 millisecond to dark at 10 hours, logarithmic"
			),
			h(
				"ul",
				{},
				others.map(([state, {name: text, mark: sign}]) =>
					sample(state, sign || (state === "later" ? "> 5 s" : state), text)
				)
			),
		];
	}

	page.legend = {draw};
})();
