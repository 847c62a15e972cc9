#pragma once
// PAGEHAUL_SANITIZED: AddressSanitizer or ThreadSanitizer is at work, with memory and time of its own.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PAGEHAUL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PAGEHAUL_SANITIZED 1
#endif
#endif
