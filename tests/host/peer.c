/* First: Winsock's header has to come before windows.h. */
#include <winsock2.h>

#include <ws2tcpip.h>

#include "peer.h"

#include "client.h"

#include <stdio.h>

static const char greeting[] = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n";

static SOCKET listener = INVALID_SOCKET, client = INVALID_SOCKET;
static CRITICAL_SECTION lock;
static HANDLE asked; /* signalled when the host has asked for the devices, which it does last */

static void send_text(SOCKET socket, const char *text)
{
    CHECK(send(socket, text, (int)strlen(text), 0) == (int)strlen(text));
}

static void answer(SOCKET socket, const char *command)
{
    const char *id = strstr(command, "\"id\":");
    char text[256];

    CHECK(id);
    snprintf(text, sizeof(text), "{\"return\": %s, \"id\": %ld}\r\n",
            strstr(command, "\"query-status\"") ? "{\"status\": \"running\", \"running\": true}" : "[]",
            strtol(id + 5, NULL, 10));
    send_text(socket, text);
    if (strstr(command, "\"query-chardev\""))
        SetEvent(asked);
}

/* Lines may come in pieces, or several at once. */
static void serve(SOCKET socket)
{
    char bytes[8192], *line, *end;
    int count = 0, more;

    send_text(socket, greeting);
    while ((more = recv(socket, bytes + count, (int)sizeof(bytes) - 1 - count, 0)) > 0)
    {
        count += more;
        bytes[count] = 0;
        for (line = bytes; (end = strchr(line, '\n')); line = end + 1)
        {
            *end = 0;
            EnterCriticalSection(&lock);
            answer(socket, line);
            LeaveCriticalSection(&lock);
        }
        count -= (int)(line - bytes);
        memmove(bytes, line, (size_t)count);
    }
}

static DWORD CALLBACK serve_all(void *context)
{
    SOCKET socket;

    (void)context;
    while ((socket = accept(listener, NULL, NULL)) != INVALID_SOCKET)
    {
        client = socket;
        serve(socket);
        client = INVALID_SOCKET;
        closesocket(socket);
    }
    return 0;
}

static unsigned int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof(address);
    WSADATA data;

    CHECK(!WSAStartup(MAKEWORD(2, 2), &data));
    listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(!bind(listener, (struct sockaddr *)&address, sizeof(address)) && !listen(listener, 4));
    CHECK(!getsockname(listener, (struct sockaddr *)&address, &size));
    return ntohs(address.sin_port);
}

unsigned int peer_start(void)
{
    unsigned int port = listen_anywhere();

    InitializeCriticalSection(&lock);
    asked = CreateEventW(NULL, FALSE, FALSE, NULL);
    CloseHandle(CreateThread(NULL, 0, serve_all, NULL, 0, NULL));
    return port;
}

unsigned int peer_start_silent(void)
{
    return listen_anywhere();
}

void peer_await_client(void)
{
    assert_int_equal(WaitForSingleObject(asked, PATIENCE_MS), WAIT_OBJECT_0);
}

void peer_say(const char *text)
{
    EnterCriticalSection(&lock);
    send_text(client, text);
    LeaveCriticalSection(&lock);
}

void peer_say_event(const char *event, const char *data)
{
    FILETIME time;
    ULONGLONG us;
    char text[512];

    GetSystemTimeAsFileTime(&time);
    us = ((ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime) / 10 - 11644473600000000ull;
    snprintf(text, sizeof(text),
            "{\"event\": \"%s\", \"data\": %s, \"timestamp\": {\"seconds\": %lu, \"microseconds\": %lu}}\r\n", event,
            data ? data : "{}", (unsigned long)(us / 1000000), (unsigned long)(us % 1000000));
    peer_say(text);
}

void peer_hang_up(bool gone)
{
    SOCKET socket = listener;

    if (gone)
    {
        listener = INVALID_SOCKET;
        closesocket(socket);
    }
    shutdown(client, SD_BOTH);
}
