/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_FILES_H
#define REPORT_PAGE_FILES_H

/*
 * The page's sources (harness/report/page/), which travel inside the binary: page_files.S and page.c
 * read the same rows. Symbol, then the file as index.html names it.
 */
#define PAGE_FILES(X)                          \
	X(page_index, "index.html")            \
	X(page_css, "page.css")                \
	X(page_heat_css, "heat.css")           \
	X(page_print_css, "print.css")         \
	X(page_vendor_txt, "vendor/vendor.txt") \
	X(page_vendor_js, "vendor/vendor.js")  \
	X(page_dom_js, "dom.js")               \
	X(page_text_js, "text.js")             \
	X(page_stats_js, "stats.js")           \
	X(page_data_js, "data.js")             \
	X(page_cells_js, "cells.js")           \
	X(page_state_js, "state.js")           \
	X(page_save_js, "save.js")             \
	X(page_scale_js, "scale.js")           \
	X(page_heat_model_js, "heat_model.js") \
	X(page_heat_js, "heat.js")             \
	X(page_heat_svg_js, "heat_svg.js")     \
	X(page_legend_js, "legend.js")         \
	X(page_figures_js, "figures.js")       \
	X(page_ecdf_js, "ecdf.js")             \
	X(page_timeline_js, "timeline.js")     \
	X(page_cell_tables_js, "cell_tables.js") \
	X(page_cell_js, "cell.js")             \
	X(page_trade_plot_js, "trade_plot.js") \
	X(page_trade_js, "trade.js")           \
	X(page_compare_js, "compare.js")       \
	X(page_facts_js, "facts.js")           \
	X(page_main_js, "main.js")

#endif
