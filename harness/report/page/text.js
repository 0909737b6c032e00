// SPDX-License-Identifier: MIT
"use strict";
/** Numbers and names as deadpeer's own tables write them (harness/report/text_time.c, cell.c). */
(() => {
	const MINUTE = 60_000_000_000n,
		HOUR = 60n * MINUTE,
		DAY = 24n * HOUR;
	/** Name, size, and from where on it is used; ns. */
	const UNITS = [
		["ns", 1n, 0n],
		["µs", 1000n, 1000n],
		["ms", 1_000_000n, 1_000_000n],
		["s", 1_000_000_000n, 1_000_000_000n],
		["m", MINUTE, 2n * MINUTE],
		["h", HOUR, 2n * HOUR],
		["d", DAY, 2n * DAY],
	];
	const SECOND = 3;

	/** How many decimals leave `digits` significant ones; none below a nanosecond. */
	function decimals(ns, unit, digits) {
		digits--;
		for (let whole = ns / unit; whole >= 10n && digits > 0; whole /= 10n) digits--;
		while (10n ** BigInt(digits) > unit) digits--;
		return digits;
	}

	const scaled = (ns, unit, places) => (ns * 10n ** BigInt(places) + unit / 2n) / unit;

	function unitOf(ns, digits) {
		let i = 0;

		if (ns === 0n) return SECOND;
		while (i + 1 < UNITS.length && ns >= UNITS[i + 1][2]) i++;
		if (i + 1 < UNITS.length) {
			const places = decimals(ns, UNITS[i][1], digits);

			/* What is rounded up to the next unit is written in it. */
			if (
				scaled(ns, UNITS[i][1], places) * UNITS[i][1] >=
				UNITS[i + 1][2] * 10n ** BigInt(places)
			)
				i++;
		}
		return i;
	}

	function number(ns, unit, digits) {
		let places = decimals(ns, unit, digits),
			value = scaled(ns, unit, places);

		/* Rounding may have won a digit: 9.999 is 10.0, not 10.00. */
		if (places > 0 && value >= 10n ** BigInt(digits)) value = scaled(ns, unit, --places);
		const text = String(value).padStart(places + 1, "0");

		return places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
	}

	/**
	 * "2.95 s", "12.3 ms", "2.18 h".
	 * @param {number} ns
	 * @param {number} [digits] significant ones
	 */
	function time(ns, digits = 3) {
		const whole = BigInt(Math.round(Math.abs(ns))),
			i = unitOf(whole, digits);

		const figures = whole === 0n ? "0" : number(whole, UNITS[i][1], digits);

		return `${ns < 0 ? "-" : ""}${figures} ${UNITS[i][0]}`;
	}

	/** "1.95–2.90 s", or one time where both read the same. */
	function range(lo, hi) {
		const [a, unitA] = time(lo).split(" "),
			[b, unitB] = time(hi).split(" ");

		if (a === b && unitA === unitB) return time(lo);
		return lo === 0 || unitA === unitB ? `${a}–${b} ${unitB}` : `${a} ${unitA}–${b} ${unitB}`;
	}

	/** Three significant digits without an exponent. @param {number} value */
	function figure(value) {
		if (!Number.isFinite(value)) return "not known";
		if (value === 0) return "0";
		const digits = Math.floor(Math.log10(Math.abs(value)));

		return value.toFixed(Math.max(0, 2 - digits));
	}

	/** A word for what was seen: "ETIMEDOUT", "EOF", "missed beat". */
	function seen(saw, errno) {
		const state = /state=(.*)$/.exec(saw);

		if (errno) return errno;
		if (saw.includes("missed")) return "missed beat";
		if (state) return state[1];
		return saw.endsWith("=0") ? "EOF" : saw.slice(0, 16);
	}

	/** @param {{method: string, options: string}} of */
	const tuning = of => (of.options ? `${of.method} ${of.options}` : of.method);

	/** @param {{family: string, scenario: string}} of */
	const place = of => (of.family ? `${of.family}/${of.scenario}` : of.scenario);

	/** "3 trials", "1 trial". */
	const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

	page.text = {time, range, figure, seen, tuning, place, count};
})();
