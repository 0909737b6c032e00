// SPDX-License-Identifier: MIT
// The parts of Observable Plot and D3 that the page uses; vendor.sh bundles them as `vendor`.
export {
	plot,
	axisX,
	axisY,
	dot,
	gridX,
	gridY,
	line,
	link,
	rect,
	ruleX,
	ruleY,
	text,
	tip,
	pointer,
} from "@observablehq/plot";
export {scaleLog} from "d3-scale";
export {interpolateRgbBasis} from "d3-interpolate";
