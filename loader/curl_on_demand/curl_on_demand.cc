// libcurl's functions, as the engine calls them, from a libcurl that is loaded at the first call. Debian's brings 30
// more libraries (LDAP, Kerberos, RTMP, SSH...), whose loading takes longer than all else that a command like `pagehaul
// cache ls` does; `pagehaul load` has its cache open and its first connection under way meanwhile. Linked in place of
// libcurl (PAGEHAUL_CURL_ON_DEMAND); a function that is missing here is an undefined symbol when the program is linked.
// Any thread.

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#if defined(__clang__)
#pragma clang diagnostic ignored \
    "-Wvarargs"  // curl's enumerations are C's; as arguments they are ints to both compilers
#endif

// curl.h's macros of these names only count arguments.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_share_setopt
#undef curl_multi_setopt

namespace {

constexpr const char* kLibrary = "libcurl.so.4";

// What the dynamic loader itself does when a library is missing: a word and the end.
[[noreturn]] void give_up() {
  std::fprintf(stderr, "pagehaul: cannot load curl's library: %s\n", dlerror());
  std::_Exit(127);
}

void* find(const char* name) {
  static void* const kLoaded = dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);  // never unloaded
  void* const function = kLoaded != nullptr ? dlsym(kLoaded, name) : nullptr;
  if (function == nullptr) give_up();
  return function;
}

}  // namespace

#define PAGEHAUL_FORWARD(result, name, parameters, arguments)                     \
  result name parameters {                                                        \
    static const auto kFunction = reinterpret_cast<decltype(&name)>(find(#name)); \
    return kFunction arguments;                                                   \
  }

// The one argument after the option is a long, a curl_off_t, a pointer or a function's address: a register's worth
// each, which is handed on as it came.
static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));
#define PAGEHAUL_FORWARD_VARIADIC(result, name, handle_type, option_type)         \
  result name(handle_type handle, option_type option, ...) {                      \
    static const auto kFunction = reinterpret_cast<decltype(&name)>(find(#name)); \
    std::va_list arguments;                                                       \
    va_start(arguments, option);                                                  \
    void* const argument = va_arg(arguments, void*);                              \
    va_end(arguments);                                                            \
    return kFunction(handle, option, argument);                                   \
  }

extern "C" {

PAGEHAUL_FORWARD(CURLcode, curl_global_init, (long flags), (flags))
PAGEHAUL_FORWARD(char*, curl_version, (), ())
PAGEHAUL_FORWARD(curl_version_info_data*, curl_version_info, (CURLversion age), (age))

PAGEHAUL_FORWARD(CURL*, curl_easy_init, (), ())
PAGEHAUL_FORWARD(void, curl_easy_cleanup, (CURL * easy), (easy))
PAGEHAUL_FORWARD(CURLcode, curl_easy_pause, (CURL * easy, int what), (easy, what))
PAGEHAUL_FORWARD(const char*, curl_easy_strerror, (CURLcode code), (code))
PAGEHAUL_FORWARD_VARIADIC(CURLcode, curl_easy_setopt, CURL*, CURLoption)
PAGEHAUL_FORWARD_VARIADIC(CURLcode, curl_easy_getinfo, CURL*, CURLINFO)

PAGEHAUL_FORWARD(CURLM*, curl_multi_init, (), ())
PAGEHAUL_FORWARD(CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))
PAGEHAUL_FORWARD(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL* easy), (multi, easy))
PAGEHAUL_FORWARD(CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL* easy), (multi, easy))
PAGEHAUL_FORWARD(CURLMcode, curl_multi_socket_action, (CURLM * multi, curl_socket_t socket, int what, int* running),
                 (multi, socket, what, running))
PAGEHAUL_FORWARD(CURLMsg*, curl_multi_info_read, (CURLM * multi, int* left), (multi, left))
PAGEHAUL_FORWARD(const char*, curl_multi_strerror, (CURLMcode code), (code))
PAGEHAUL_FORWARD_VARIADIC(CURLMcode, curl_multi_setopt, CURLM*, CURLMoption)

PAGEHAUL_FORWARD(CURLSH*, curl_share_init, (), ())
PAGEHAUL_FORWARD(CURLSHcode, curl_share_cleanup, (CURLSH * share), (share))
PAGEHAUL_FORWARD_VARIADIC(CURLSHcode, curl_share_setopt, CURLSH*, CURLSHoption)

PAGEHAUL_FORWARD(curl_slist*, curl_slist_append, (curl_slist * list, const char* text), (list, text))
PAGEHAUL_FORWARD(void, curl_slist_free_all, (curl_slist * list), (list))

}  // extern "C"
