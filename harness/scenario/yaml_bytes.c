/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a file, before any parser sees them: text in UTF-8 (RFC 3629), of the characters
 * that YAML allows (YAML 1.2, 5.1), and not empty. A binary file is told from a text with one
 * wrong byte, because the remedy differs.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "scenario/yaml.h"

/* Length of the well-formed character at @s, 0 when there is none; *code is its number. */
static size_t utf8_char(const unsigned char *s, size_t left, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = s[0] < 0x80       ? 1
		     : s[0] >> 5 == 6  ? 2
		     : s[0] >> 4 == 14 ? 3
		     : s[0] >> 3 == 30 ? 4
				       : 0;

	if (!len || len > left)
		return 0;
	*code = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return len;
}

static int allowed(uint32_t code)
{
	return code == '\t' || code == '\n' || code == '\r' || code == 0x85 ||
	       (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code != 0xfffe && code != 0xffff);
}

void yaml_place(const char *bytes, size_t offset, int *line, int *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset; i++) {
		if (bytes[i] == '\n')
			++*line, *column = 1;
		else if (((unsigned char)bytes[i] & 0xc0) != 0x80)
			++*column;
	}
}

int yaml_check_bytes(const char *path, const char *bytes, size_t size, struct err *err)
{
	int line, column;

	if (!size)
		return err_set(
			err, EINVAL,
			"%s:1:1: the file is empty; write a scenario that begins with name:", path);
	for (size_t i = 0; i < size;) {
		uint32_t code = 0;
		size_t len = utf8_char((const unsigned char *)bytes + i, size - i, &code);

		if (len && allowed(code)) {
			i += len;
			continue;
		}
		yaml_place(bytes, i, &line, &column);
		if (memchr(bytes, '\0', size))
			return err_set(
				err, EINVAL,
				"%s:%d:%d: a binary file; name a scenario, a text file in UTF-8",
				path, line, column);
		if (len)
			return err_set(err, EINVAL,
				       "%s:%d:%d: the control character U+%04X; delete it", path,
				       line, column, code);
		return err_set(err, EINVAL,
			       "%s:%d:%d: byte 0x%02x is not UTF-8; save the file as UTF-8", path,
			       line, column, (unsigned char)bytes[i]);
	}
	return 0;
}
