// Whether libcurl's archive can be linked (archives.cmake): a program that needs all of it.

#include <curl/curl.h>

int main() {
  CURL* const easy = curl_easy_init();
  CURLM* const multi = curl_multi_init();
  return curl_version() != nullptr && easy != nullptr && curl_easy_perform(easy) == CURLE_OK &&
         curl_multi_add_handle(multi, easy) == CURLM_OK;
}
