/* SPDX-License-Identifier: MIT */
/* The guest's init, as a byte array and its size: GUEST_INIT is the path of the static program. */
	.section .rodata
	.balign 16
	.global guest_init, guest_init_size
guest_init:
	.incbin GUEST_INIT
guest_init_end:
	.balign 4
guest_init_size:
	.long guest_init_end - guest_init
	.section .note.GNU-stack, "", @progbits
