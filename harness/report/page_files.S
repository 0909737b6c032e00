/* SPDX-License-Identifier: MIT */
/* The page's sources as byte arrays, each from its symbol to symbol_end; the assembler gets their
 * folder with -I. */
#include "report/page_files.h"

#define FILE_BYTES(symbol, name)     \
	.global symbol, symbol##_end; \
symbol: .incbin name;                 \
symbol##_end:;

	.section .rodata
	PAGE_FILES(FILE_BYTES)
	.section .note.GNU-stack, "", @progbits
