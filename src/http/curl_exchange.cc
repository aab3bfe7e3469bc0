#include "http/curl_exchange.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace oofgg::http {
namespace {

std::string_view Trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

}  // namespace

CurlExchange::CurlExchange(CURL* easy, HttpCall call, HttpClient::OnReply on_reply,
                           const CurlClientOptions& options)
    : easy_(easy), call_(std::move(call)), on_reply_(std::move(on_reply)) {
  curl_easy_setopt(easy_, CURLOPT_URL, call_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!options.use_environment_proxy) curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  if (!options.unix_socket.empty()) {
    curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &CurlExchange::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &CurlExchange::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  SetPatience();
  SetMethodAndBody();
  SetTls(options);
  SetHeaders();
}

CurlExchange::~CurlExchange() { curl_slist_free_all(headers_); }

void CurlExchange::SetPatience() {
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(call_.timeout.count()));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(call_.timeout.count()));
  if (call_.stall_timeout.count() == 0) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(call_.stall_timeout);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(seconds.count()));
  // Whoever is silent by nature may as well be gone, behind a link that says nothing either.
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
}

void CurlExchange::SetMethodAndBody() {
  if (call_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (call_.method == "POST" || call_.method == "PUT" || call_.method == "PATCH" || !call_.body.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, call_.body.data());
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, call_.method.c_str());
}

void CurlExchange::SetTls(const CurlClientOptions& options) {
  curl_easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  if (options.certificate_file.empty()) return;
  curl_easy_setopt(easy_, CURLOPT_SSLCERT, options.certificate_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_SSLKEY, options.key_file.c_str());
}

void CurlExchange::SetHeaders() {
  // libcurl would ask for "100 Continue" before a long body, and call any body a form.
  headers_ = curl_slist_append(headers_, "Expect:");
  const bool typed = std::any_of(call_.headers.begin(), call_.headers.end(),
                                 [](const auto& header) { return Lower(header.first) == "content-type"; });
  if (!typed) headers_ = curl_slist_append(headers_, "Content-Type:");
  for (const auto& [name, value] : call_.headers) {
    headers_ = curl_slist_append(headers_, (name + ": " + value).c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

bool CurlExchange::Streams() const {
  if (!call_.on_data) return false;
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 300;
}

std::size_t CurlExchange::OnBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::size_t bytes = size * count;
  if (exchange.Streams()) {
    exchange.unwanted_ = exchange.unwanted_ || !exchange.call_.on_data({data, bytes});
    return exchange.unwanted_ ? 0 : bytes;
  }
  if (exchange.reply_.body.size() + bytes > exchange.call_.max_reply_bytes) {
    exchange.too_long_ = true;
    return 0;  // Anything but `bytes` ends the transfer.
  }
  exchange.reply_.body.append(data, bytes);
  return bytes;
}

std::size_t CurlExchange::OnHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::string_view line(data, size * count);
  if (line.rfind("HTTP/", 0) == 0) {
    exchange.reply_.headers.clear();  // Those before belonged to an interim 1xx reply.
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    exchange.reply_.headers.emplace_back(Lower(Trim(line.substr(0, colon))), Trim(line.substr(colon + 1)));
  } else if (line == "\r\n" && exchange.Streams()) {
    exchange.unwanted_ = exchange.unwanted_ || !exchange.call_.on_data({});
    if (exchange.unwanted_) return 0;
  }
  return line.size();
}

Status CurlExchange::StatusOf(CURLcode code) const {
  // The URL may carry a player's id in its path, so messages name the host at most.
  std::string_view host = call_.url;
  if (const auto scheme = host.find("://"); scheme != std::string_view::npos) host.remove_prefix(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  const std::string message = "HTTP call to " + std::string(host) + ": ";
  if (too_long_) {
    return MakeStatus(StatusCode::kResourceExhausted, message + "the reply is longer than " +
                                                          std::to_string(call_.max_reply_bytes) + " bytes");
  }
  if (unwanted_) return MakeStatus(StatusCode::kCancelled, message + "enough has come");
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: {
      const auto patience = call_.timeout.count() != 0 ? call_.timeout : call_.stall_timeout;
      return MakeStatus(StatusCode::kDeadlineExceeded,
                        message + "no reply within " + std::to_string(patience.count()) + " ms");
    }
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return InvalidField("url", "is not an absolute http or https URL");
    default:
      return MakeStatus(StatusCode::kUnavailable, message + curl_easy_strerror(code));
  }
}

void CurlExchange::Finish(CURLcode code) {
  if (code != CURLE_OK) return on_reply_(StatusOf(code));
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  reply_.status = static_cast<int>(status);
  on_reply_(std::move(reply_));
}

void CurlExchange::Cancel() {
  on_reply_(MakeStatus(StatusCode::kCancelled, "the HTTP client is shutting down"));
}

}  // namespace oofgg::http
