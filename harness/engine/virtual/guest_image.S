/* SPDX-License-Identifier: MIT */
/* The guest's init, as a byte array: GUEST_INIT is the path of the static program. */
	.section .rodata
	.balign 16
	.global guest_init_start, guest_init_end
guest_init_start:
	.incbin GUEST_INIT
guest_init_end:
	.section .note.GNU-stack, "", @progbits
