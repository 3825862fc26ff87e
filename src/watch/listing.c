#include "watch/listing.h"

#include "event/json.h"
#include "platform/memory.h"
#include "watch/host.h"
#include "watch/output.h"

#include <stdio.h>
#include <wchar.h>

/* A machine with a longer name moves its own columns, and no others'. */
#define NAME_COLUMN_MAX 40
#define STATE_COLUMN 13

/* A machine of the host, or one that can be opened. */
struct row
{
    BSTR name, address;
    VMVMState state;
    BOOL is_available;
    BSTR fault; /* of a machine of the host, as the next */
    VARIANT_BOOL connected;
    BSTR machine; /* of one that can be opened: the host's machine that it is open as; empty: none */
};

struct table
{
    struct row *rows;
    size_t count, size;
};

static void row_cleanup(struct row *row)
{
    SysFreeString(row->name);
    SysFreeString(row->address);
    SysFreeString(row->fault);
    SysFreeString(row->machine);
}

static void table_cleanup(struct table *table)
{
    while (table->count)
        row_cleanup(&table->rows[--table->count]);
    memory_free(table->rows);
}

static struct row *table_add(struct table *table)
{
    size_t size = table->size ? 2 * table->size : 16;
    struct row *rows;

    if (table->count == table->size)
    {
        if (!(rows = memory_resize(table->rows, size * sizeof(*rows))))
            return NULL;
        table->rows = rows;
        table->size = size;
    }
    memset(&table->rows[table->count], 0, sizeof(*rows));
    return &table->rows[table->count++];
}

/* A machine that has been removed meanwhile is left out. */
static HRESULT read_machine(IVMEventMachine *machine, BSTR name, void *context)
{
    struct table *table = context;
    struct row *row = table_add(table);

    if (!row || !(row->name = SysAllocStringLen(name, SysStringLen(name))))
        return E_OUTOFMEMORY;
    if (SUCCEEDED(IVMEventMachine_get_State(machine, &row->state))
            && SUCCEEDED(IVMEventMachine_get_Address(machine, &row->address))
            && SUCCEEDED(IVMEventMachine_get_Connected(machine, &row->connected))
            && SUCCEEDED(IVMEventMachine_get_Fault(machine, &row->fault)))
        return S_OK;
    row_cleanup(row);
    --table->count;
    return S_OK;
}

static HRESULT read_available(IVMEventAvailable *machine, void *context)
{
    struct row *row = table_add(context);
    HRESULT hr;

    if (!row)
        return E_OUTOFMEMORY;
    row->is_available = TRUE;
    if (SUCCEEDED(hr = IVMEventAvailable_get_Name(machine, &row->name))
            && SUCCEEDED(hr = IVMEventAvailable_get_State(machine, &row->state))
            && SUCCEEDED(hr = IVMEventAvailable_get_Address(machine, &row->address)))
        hr = IVMEventAvailable_get_Machine(machine, &row->machine);
    return FAILED(hr) ? hr : S_OK;
}

static void append_padded(struct text *text, size_t start, size_t width)
{
    while (text->length < start + width)
        text_append(text, L" ");
}

static HRESULT print_heading(size_t width)
{
    struct line line = {0};

    text_append(&line.text, L"NAME");
    append_padded(&line.text, 0, width + 2);
    text_append(&line.text, L"STATE");
    append_padded(&line.text, width + 2, STATE_COLUMN + 2);
    text_append(&line.text, L"ADDRESS");
    line_end_part(&line, STYLE_STRONG);
    return line_write(&line);
}

/* "Running"; the rest of an enumerator's name is the same for all. */
static const WCHAR *state_word(LONG state)
{
    const WCHAR *name = enumeration_name(&machine_states, state), *word = name ? wcschr(name, '_') : NULL;

    return word ? word + 1 : L"?";
}

static HRESULT print_row(const struct row *row, size_t width)
{
    struct line line = {0};
    size_t start;

    output_append_name(&line, row->name);
    append_padded(&line.text, 0, width);
    text_append(&line.text, L"  ");
    line_end_part(&line, STYLE_PLAIN);
    start = line.text.length;
    text_append(&line.text, state_word(row->state));
    line_end_part(&line, output_state_style(row->state));
    append_padded(&line.text, start, STATE_COLUMN);
    text_append(&line.text, L"  ");
    if (SysStringLen(row->address))
        text_append_shown(&line.text, row->address, SysStringLen(row->address));
    else
        text_append(&line.text, L"simulated");
    line_end_part(&line, STYLE_PLAIN);
    if (row->is_available)
    {
        text_append(&line.text, SysStringLen(row->machine) ? L"  open as " : L"  not open");
        line_end_part(&line, STYLE_FAINT);
        if (SysStringLen(row->machine))
            output_append_name(&line, row->machine);
    }
    if (SysStringLen(row->fault))
    {
        text_append(&line.text, L"  ");
        text_append_shown(&line.text, row->fault, SysStringLen(row->fault));
        line_end_part(&line, STYLE_ALARM);
    }
    return line_write(&line);
}

static HRESULT print_table(const struct table *table)
{
    size_t width = wcslen(L"NAME");
    HRESULT hr;

    for (size_t i = 0; i < table->count; ++i)
    {
        struct line line = {0};

        output_append_name(&line, table->rows[i].name);
        if (line.text.length > width)
            width = line.text.length;
        memory_free(line.text.start);
    }
    if (width > NAME_COLUMN_MAX)
        width = NAME_COLUMN_MAX;
    hr = print_heading(width);
    for (size_t i = 0; i < table->count && hr == S_OK; ++i)
        hr = print_row(&table->rows[i], width);
    return hr;
}

static void append_member(struct text *text, const WCHAR *before, const WCHAR *string, size_t length)
{
    text_append(text, before);
    json_append_string(text, string ? string : L"", length);
}

static HRESULT print_json(const struct table *table)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; i < table->count && hr == S_OK; ++i)
    {
        const struct row *row = &table->rows[i];
        const WCHAR *state = enumeration_name(&machine_states, row->state);
        struct line line = {0};

        append_member(&line.text, L"{\"name\":", row->name, SysStringLen(row->name));
        text_append_format(&line.text, L",\"state\":%ld", (long)row->state);
        append_member(&line.text, L",\"stateName\":", state, state ? wcslen(state) : 0);
        append_member(&line.text, L",\"address\":", row->address, SysStringLen(row->address));
        if (row->is_available)
        {
            append_member(&line.text, L",\"machine\":", row->machine, SysStringLen(row->machine));
        }
        else
        {
            text_append(&line.text, row->connected ? L",\"connected\":true" : L",\"connected\":false");
            append_member(&line.text, L",\"fault\":", row->fault, SysStringLen(row->fault));
        }
        text_append(&line.text, L"}");
        hr = line_write(&line);
    }
    return hr;
}

/* Machines that the host knows nothing of so far do not keep its own from being listed: then a line says why. */
static HRESULT read_all(IVMEventHost *host, struct table *table)
{
    HRESULT hr = host_visit_machines(host, read_machine, table);
    size_t count = table->count;
    BSTR description;

    if (FAILED(hr))
    {
        output_complain_of_call(L"cannot list the machines", hr);
        return hr;
    }
    if (FAILED(hr = host_visit_available(host, read_available, table, &description)))
    {
        output_complain_of(L"machines that could be opened are not listed", hr, description);
        while (table->count > count)
            row_cleanup(&table->rows[--table->count]);
    }
    SysFreeString(description);
    return S_OK;
}

enum exit_code list_machines(const struct options *options)
{
    IVMEventHost *host = host_open();
    struct table table = {0};
    HRESULT hr;

    if (!host)
        return EXIT_ERROR;
    if (SUCCEEDED(hr = read_all(host, &table)))
        hr = options->json ? print_json(&table) : print_table(&table);
    table_cleanup(&table);
    IVMEventHost_Release(host);
    return hr == S_OK ? EXIT_DONE : EXIT_ERROR;
}

static HRESULT print_interface(const struct event_interface *events)
{
    struct line line = {0};

    text_append(&line.text, events->name);
    line_end_part(&line, STYLE_STRONG);
    return line_write(&line);
}

/* "   6  OnConfigurationChanged(configKey: BSTR, configData: VARIANT)" */
static HRESULT print_event(const struct event_type *type)
{
    struct line line = {0};

    text_append_format(&line.text, L"%4ld  ", (long)type->id);
    line_end_part(&line, STYLE_FAINT);
    text_append(&line.text, type->name);
    line_end_part(&line, STYLE_GOOD);
    text_append(&line.text, L"(");
    for (UINT i = 0; i < type->param_count; ++i)
        text_append_format(&line.text, i ? L", %ls: %ls" : L"%ls: %ls", type->params[i].name,
                event_param_type_name(&type->params[i]));
    text_append(&line.text, L")");
    return line_write(&line);
}

static HRESULT print_values(const struct enumeration *enumeration)
{
    struct line line = {0};

    text_append_format(&line.text, L"      %ls: ", enumeration->name);
    text_append_enumeration(&line.text, enumeration);
    line_end_part(&line, STYLE_FAINT);
    return line_write(&line);
}

static HRESULT print_event_text(const struct event_type *type, const struct event_interface **shown)
{
    HRESULT hr = S_OK;

    if (*shown != type->interface_)
        hr = print_interface(*shown = type->interface_);
    if (hr == S_OK)
        hr = print_event(type);
    for (UINT i = 0; i < type->param_count && hr == S_OK; ++i)
    {
        if (type->params[i].enumeration)
            hr = print_values(type->params[i].enumeration);
    }
    return hr;
}

static void append_json_param(struct text *text, const struct event_param *param)
{
    const struct enumeration *enumeration = param->enumeration;

    text_append_format(text, L"{\"name\":\"%ls\",\"type\":\"%ls\"", param->name, event_param_type_name(param));
    for (LONG i = 0; enumeration && i < enumeration->count; ++i)
        text_append_format(text, i ? L",\"%ls\":%ld" : L",\"values\":{\"%ls\":%ld", enumeration->values[i], (long)i);
    text_append(text, enumeration ? L"}}" : L"}");
}

static HRESULT print_event_json(const struct event_type *type)
{
    struct line line = {0};

    text_append_format(&line.text, L"{\"interface\":\"%ls\",\"name\":\"%ls\",\"id\":%ld,\"parameters\":[",
            type->interface_->name, type->name, (long)type->id);
    for (UINT i = 0; i < type->param_count; ++i)
    {
        text_append(&line.text, i ? L"," : L"");
        append_json_param(&line.text, &type->params[i]);
    }
    text_append(&line.text, L"]}");
    return line_write(&line);
}

enum exit_code list_events(const struct options *options)
{
    const struct event_interface *shown = NULL;
    HRESULT hr = S_OK;

    for (UINT i = 0; i < EVENT_COUNT && hr == S_OK; ++i)
    {
        if (!(event_types[i].mask & options->only))
            continue;
        hr = options->json ? print_event_json(&event_types[i]) : print_event_text(&event_types[i], &shown);
    }
    return hr == S_OK ? EXIT_DONE : EXIT_ERROR;
}
