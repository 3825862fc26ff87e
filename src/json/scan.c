#include "json/scan.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(struct scan *scan)
{
    while (scan->next < scan->end && is_space(*scan->next))
        ++scan->next;
}

static bool take(struct scan *scan, char c)
{
    if (scan->next == scan->end || *scan->next != c)
        return false;
    ++scan->next;
    return true;
}

static bool take_word(struct scan *scan, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scan->end - scan->next) < length || memcmp(scan->next, word, length) != 0)
        return false;
    scan->next += length;
    return true;
}

static bool take_digits(struct scan *scan)
{
    const char *start = scan->next;

    while (scan->next < scan->end && is_digit(*scan->next))
        ++scan->next;
    return scan->next > start;
}

static bool take_number(struct scan *scan)
{
    const char *first;

    take(scan, '-');
    first = scan->next;
    if (!take_digits(scan) || (*first == '0' && scan->next - first > 1))
        return false;
    if (take(scan, '.') && !take_digits(scan))
        return false;
    if (!take(scan, 'e') && !take(scan, 'E'))
        return true;
    if (!take(scan, '+'))
        take(scan, '-');
    return take_digits(scan);
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Behind "\u". */
static bool take_code(struct scan *scan, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; ++i)
    {
        int digit = scan->next < scan->end ? hex_digit(*scan->next) : -1;

        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
        ++scan->next;
    }
    return true;
}

static bool is_surrogate(uint32_t code, uint32_t first)
{
    return (code & 0xfffffc00) == first;
}

/* Behind the backslash. */
static bool take_escape(struct scan *scan, uint32_t *character)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter;
    uint32_t low;

    if (scan->next == scan->end)
        return false;
    if (*scan->next != 'u')
    {
        letter = *scan->next ? strchr(letters, *scan->next) : NULL;
        *character = letter ? (uint32_t)meanings[letter - letters] : 0;
        ++scan->next;
        return letter != NULL;
    }
    ++scan->next;
    if (!take_code(scan, character) || is_surrogate(*character, 0xdc00))
        return false;
    if (!is_surrogate(*character, 0xd800))
        return true;
    if (!take_word(scan, "\\u") || !take_code(scan, &low) || !is_surrogate(low, 0xdc00))
        return false;
    *character = 0x10000 + ((*character & 0x3ff) << 10 | (low & 0x3ff));
    return true;
}

/* A character of UTF-8, in its shortest form, that is one of Unicode's. */
static bool take_utf8(struct scan *scan, uint32_t *character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)scan->next;
    size_t length = *bytes < 0x80 ? 1
            : *bytes < 0xc0       ? 0
            : *bytes < 0xe0       ? 2
            : *bytes < 0xf0       ? 3
            : *bytes < 0xf8       ? 4
                                  : 0;

    if (!length || (size_t)(scan->end - scan->next) < length)
        return false;
    *character = length == 1 ? *bytes : *bytes & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; ++i)
    {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
        *character = *character << 6 | (bytes[i] & 0x3f);
    }
    scan->next += length;
    return *character >= least[length] && *character <= 0x10ffff && (*character & 0xfffff800) != 0xd800;
}

static bool take_character(struct scan *scan, uint32_t *character)
{
    if ((unsigned char)*scan->next < ' ')
        return false;
    return take(scan, '\\') ? take_escape(scan, character) : take_utf8(scan, character);
}

/* Behind the opening quote. */
static bool take_string(struct scan *scan)
{
    uint32_t character;

    while (scan->next < scan->end)
    {
        if (take(scan, '"'))
            return true;
        if (!take_character(scan, &character))
            return false;
    }
    return false;
}

static bool take_value(struct scan *scan, struct scan_value *value, unsigned int depth);

/* Behind the opening bracket. */
static bool take_members(struct scan *scan, bool named, char closing, unsigned int depth)
{
    struct scan_value member;

    skip_space(scan);
    if (take(scan, closing))
        return true;
    do
    {
        skip_space(scan);
        if (named && (!take(scan, '"') || !take_string(scan)))
            return false;
        skip_space(scan);
        if (named && !take(scan, ':'))
            return false;
        if (!take_value(scan, &member, depth))
            return false;
        skip_space(scan);
    } while (take(scan, ','));
    return take(scan, closing);
}

static bool take_plain(struct scan *scan, struct scan_value *value)
{
    static const struct
    {
        const char *word;
        enum scan_kind kind;
    } words[] = {{"true", SCAN_TRUE}, {"false", SCAN_FALSE}, {"null", SCAN_NULL}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); ++i)
    {
        value->kind = words[i].kind;
        if (take_word(scan, words[i].word))
            return true;
    }
    value->kind = SCAN_NUMBER;
    return take_number(scan);
}

static bool take_value(struct scan *scan, struct scan_value *value, unsigned int depth)
{
    bool taken;

    skip_space(scan);
    value->start = scan->next;
    if (take(scan, '"'))
    {
        value->kind = SCAN_STRING;
        ++value->start;
        taken = take_string(scan);
        value->length = (size_t)(scan->next - value->start) - taken;
        return taken;
    }
    if (scan->next < scan->end && (*scan->next == '{' || *scan->next == '['))
    {
        value->kind = *scan->next++ == '{' ? SCAN_OBJECT : SCAN_ARRAY;
        taken = depth < SCAN_DEPTH_MAX
                && take_members(scan, value->kind == SCAN_OBJECT, value->kind == SCAN_OBJECT ? '}' : ']', depth + 1);
    }
    else
    {
        taken = take_plain(scan, value);
    }
    value->length = (size_t)(scan->next - value->start);
    return taken;
}

bool scan_text(const char *text, size_t length, struct scan_value *value)
{
    struct scan scan = {text, text + length};

    if (!take_value(&scan, value, 0))
        return false;
    skip_space(&scan);
    return scan.next == scan.end;
}

struct scan scan_inside(const struct scan_value *value)
{
    struct scan scan = {value->start, value->start};

    /* Of what has been read as an object or an array the brackets are left out; anything else has nothing inside. */
    if (value->kind == SCAN_OBJECT || value->kind == SCAN_ARRAY)
        scan = (struct scan){value->start + 1, value->start + value->length - 1};
    return scan;
}

bool scan_element(struct scan *scan, struct scan_value *value)
{
    skip_space(scan);
    if (scan->next == scan->end || !take_value(scan, value, 0))
        return false;
    skip_space(scan);
    take(scan, ',');
    return true;
}

bool scan_member(struct scan *scan, struct scan_value *name, struct scan_value *value)
{
    skip_space(scan);
    if (scan->next == scan->end || !take_value(scan, name, 0))
        return false;
    skip_space(scan);
    return take(scan, ':') && scan_element(scan, value);
}

bool scan_is(const struct scan_value *value, const char *string)
{
    return value->kind == SCAN_STRING && value->length == strlen(string)
            && !memcmp(value->start, string, value->length);
}

bool scan_find(const struct scan_value *object, const char *name, struct scan_value *value)
{
    struct scan scan = scan_inside(object);
    struct scan_value found;

    if (object->kind != SCAN_OBJECT)
        return false;
    while (scan_member(&scan, &found, value))
    {
        if (scan_is(&found, name))
            return true;
    }
    return false;
}

size_t scan_copy(const struct scan_value *string, uint16_t *buffer)
{
    struct scan scan = {string->start, string->start + string->length};
    uint32_t character;
    size_t length = 0;

    while (scan.next < scan.end && take_character(&scan, &character))
    {
        if (character < 0x10000)
        {
            buffer[length++] = (uint16_t)character;
            continue;
        }
        buffer[length++] = (uint16_t)(0xd7c0 + (character >> 10));
        buffer[length++] = (uint16_t)(0xdc00 | (character & 0x3ff));
    }
    return length;
}
