// SPDX-License-Identifier: MIT
"use strict";
/** Order statistics as in harness/report/stats.h: quantiles of type 7 (Hyndman and Fan 1996). */
(() => {
	/** @param {Array<number>} values @returns {Array<number>} a sorted copy */
	const sorted = values => [...values].sort((a, b) => a - b);

	/**
	 * @param {Array<number>} values sorted, not empty; Infinity stands for "never"
	 * @param {number} p within 0..1
	 * @returns {number} rounded to a whole, a half up
	 */
	function quantile(values, p) {
		const at = (values.length - 1) * p,
			i = Math.floor(at),
			part = at - i;

		if (part === 0) return values[i];
		if (values[i + 1] === Infinity) return Infinity;
		return Math.floor(values[i] + (values[i + 1] - values[i]) * part + 0.5);
	}

	/** @param {Array<number>} values sorted */
	const median = values => quantile(values, 0.5);

	/**
	 * The Pareto front: those that no other is at least as good as in everything and better than
	 * in something. Smaller is better.
	 * @template T
	 * @param {Array<T>} items
	 * @param {function(T): Array<number>} criteria
	 * @returns {Set<T>}
	 */
	function front(items, criteria) {
		const of = new Map(items.map(item => [item, criteria(item)]));
		const beats = (a, b) => a.every((v, i) => v <= b[i]) && a.some((v, i) => v < b[i]);

		return new Set(
			items.filter(item => !items.some(other => beats(of.get(other), of.get(item))))
		);
	}

	page.stats = {sorted, quantile, median, front};
})();
