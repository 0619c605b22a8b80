/*
 * The style sheet and the script of the HTML report, taken into the program as they stand in
 * assets/, so that they can be edited as what they are. The Makefile knows that this object depends
 * on them.
 */
#include "harness/report/html.h"

__asm__(".section .rodata\n"
	".global html_style\n"
	".type html_style, %object\n"
	"html_style:\n"
	".incbin \"harness/report/assets/report.css\"\n"
	".byte 0\n"
	".size html_style, . - html_style\n"
	".global html_script\n"
	".type html_script, %object\n"
	"html_script:\n"
	".incbin \"harness/report/assets/report.js\"\n"
	".byte 0\n"
	".size html_script, . - html_script\n"
	".text\n");
