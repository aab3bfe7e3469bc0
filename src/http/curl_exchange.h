#pragma once

#include <curl/curl.h>

#include <string>

#include "base/http_client.h"
#include "http/curl_client.h"

namespace oofgg::http {

/// One call on its way: owns what libcurl points at until the call has ended.
class CurlExchange {
 public:
  /// Takes over `easy`, which must be fresh or reset.
  CurlExchange(CURL* easy, HttpCall call, HttpClient::OnReply on_reply, const CurlClientOptions& options);
  ~CurlExchange();
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  /// Ends the call: tells whoever waits what came of it. Once.
  void Finish(CURLcode code);
  void Cancel();

  [[nodiscard]] CURL* easy() const { return easy_; }

 private:
  static std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* self);
  void SetMethodAndBody();
  void SetPatience();
  [[nodiscard]] bool Streams() const;
  void SetTls(const CurlClientOptions& options);
  void SetHeaders();
  [[nodiscard]] Status StatusOf(CURLcode code) const;

  CURL* easy_;
  HttpCall call_;
  HttpClient::OnReply on_reply_;
  curl_slist* headers_ = nullptr;
  HttpReply reply_;
  bool too_long_ = false;
  bool unwanted_ = false;
};

}  // namespace oofgg::http
