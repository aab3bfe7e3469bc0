#include "http/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

namespace oofgg::http {
namespace {

struct Upload {
  std::string_view left;
};

std::size_t Read(char* to, std::size_t size, std::size_t count, void* self) {
  auto& upload = *static_cast<Upload*>(self);
  const std::size_t bytes = std::min(size * count, upload.left.size());
  std::memcpy(to, upload.left.data(), bytes);
  upload.left.remove_prefix(bytes);
  return bytes;
}

bool IsOneLine(std::string_view text) { return text.find_first_of("\r\n") == std::string_view::npos; }

/// Bare line ends become CRLF.
std::string WithCrlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    if (c != '\r') out += c;
  }
  return out;
}

std::string DateOf(std::chrono::system_clock::time_point date) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(date);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S +0000", &parts);
  return text.data();
}

/// The server refused the address for good (RFC 5321 section 4.2.1: 5yz), or something that may pass.
Status StatusOf(CURLcode code, long reply) {
  constexpr long kPermanent = 500;
  if (code == CURLE_OK) return {};
  const std::string message = std::string("the mail server did not take it: ") + curl_easy_strerror(code) +
                              (reply > 0 ? " (its answer was " + std::to_string(reply) + ")" : std::string());
  const bool is_refused = reply >= kPermanent && code != CURLE_LOGIN_DENIED;
  return MakeStatus(is_refused ? StatusCode::kInvalidArgument : StatusCode::kUnavailable, message);
}

}  // namespace

StatusOr<std::string> FormatMail(const Mail& mail, const std::string& from,
                                 std::chrono::system_clock::time_point date) {
  if (!IsOneLine(mail.to) || !IsOneLine(mail.subject) || !IsOneLine(from)) {
    return MakeStatus(StatusCode::kInvalidArgument, "a header of the mail holds a line end");
  }
  return "Date: " + DateOf(date) + "\r\nFrom: <" + from + ">\r\nTo: <" + mail.to +
         ">\r\nSubject: " + mail.subject +
         "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" +
         WithCrlf(mail.text);
}

Status SmtpMailer::Send(const Mail& mail) {
  OOFGG_ASSIGN_OR_RETURN(const std::string message,
                         FormatMail(mail, options_.from, std::chrono::system_clock::now()));
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
  if (easy == nullptr) return MakeStatus(StatusCode::kUnavailable, "libcurl has no memory");
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
      curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()), &curl_slist_free_all);
  Upload upload{message};
  const std::string sender = "<" + options_.from + ">";
  curl_easy_setopt(easy.get(), CURLOPT_URL, options_.url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy.get(), CURLOPT_USE_SSL,
                   static_cast<long>(options_.allow_plaintext ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(easy.get(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(easy.get(), CURLOPT_READFUNCTION, &Read);
  curl_easy_setopt(easy.get(), CURLOPT_READDATA, &upload);
  curl_easy_setopt(easy.get(), CURLOPT_UPLOAD, 1L);
  if (!options_.user.empty()) {
    curl_easy_setopt(easy.get(), CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PASSWORD, options_.password.c_str());
  }
  const CURLcode code = curl_easy_perform(easy.get());
  long reply = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &reply);
  return StatusOf(code, reply);
}

}  // namespace oofgg::http
