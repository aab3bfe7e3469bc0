#include "net/websocket/upgrade.h"

#include <openssl/sha.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/encoding.h"
#include "game/event_channel.h"
#include "game/validation.h"
#include "net/http_message.h"
#include "oofgg/parse.h"

namespace oofgg::net {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, section 1.3.
constexpr std::size_t kKeyBytes = 24;                                        // 16, in Base64.

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// With the alphabet and padding of RFC 4648, section 4.
std::string Base64(std::string_view bytes) {
  std::string text = base::Base64UrlEncode(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

bool Has(const http::fields& fields, http::field name, std::string_view token) {
  return http::token_list(fields[name]).exists({token.data(), token.size()});
}

/// `/ws` is where proxies have us, so that it is no session.
StatusOr<std::string> SessionOf(const HttpRequest& target) {
  const std::vector<std::string>& segments = target.segments;
  if (segments.back().empty() || (segments.size() == 1 && segments.front() == "ws")) return std::string();
  OOFGG_RETURN_IF_ERROR(game::CheckId("session", segments.back()));
  return segments.back();
}

UpgradeRefusal ReadTarget(std::string_view text, UpgradeRequest& request) {
  HttpRequest target;
  if (!ParseTarget(text, target).ok()) return {400, "Bad Request"};
  StatusOr<std::string> session = SessionOf(target);
  if (!session.ok()) return {404, "the path does not end in a session's id"};
  request.session_id = *std::move(session);
  request.token = target.Query("token").value_or(std::string_view());
  request.echo = target.Query("echo") == "1";
  if (const auto after = target.Query("seq"); after == "oldest") {
    request.after = game::kBeforeAll;
  } else if (after.has_value() && !after->empty()) {
    const auto sequence = ParseInteger<std::uint64_t>(*after);
    if (!sequence.ok()) return {400, "seq is not the number of an event"};
    request.after = *sequence;
  }
  return {};
}

/// A list that came in several lines, which mean one (RFC 9110, section 5.3): a proxy may add its own.
std::string AllOf(const http::fields& fields, const char* name) {
  std::string list;
  const auto [first, last] = fields.equal_range(name);
  for (auto line = first; line != last; ++line) {
    if (!list.empty()) list += ',';
    list += View(line->value());
  }
  return list;
}

}  // namespace

UpgradeRefusal ReadUpgrade(std::string_view head, std::size_t max_bytes, UpgradeRequest& request) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(max_bytes));
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == http::error::header_limit) return {431, "Request Header Fields Too Large"};
  if (error || !parser.is_header_done()) return {400, "Bad Request"};
  const auto& fields = parser.get();
  if (fields.method() != http::verb::get) return {405, "Method Not Allowed"};
  const bool asks =
      Has(fields, http::field::connection, "upgrade") && Has(fields, http::field::upgrade, "websocket");
  if (!asks || fields[http::field::sec_websocket_version] != "13") {
    return {426, "a WebSocket of version 13 is served here"};
  }
  request.key = std::string(View(fields[http::field::sec_websocket_key]));
  if (fields.version() < 11 || fields.count(http::field::host) != 1 || request.key.size() != kKeyBytes) {
    return {400, "Bad Request"};
  }
  request.origin = std::string(View(fields[http::field::origin]));
  request.forwarded_for = AllOf(fields, "X-Forwarded-For");
  return ReadTarget(View(fields.target()), request);
}

UpgradeRefusal CheckOrigin(const std::vector<std::string>& allowed, const std::string& origin) {
  if (allowed.empty() || origin.empty()) return {};
  if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) return {};
  return {403, "pages of this origin may not connect"};
}

std::string UpgradeAnswer(std::string_view key) {
  const std::string salted = std::string(key).append(kMagic);
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         Base64({reinterpret_cast<const char*>(digest), sizeof digest}) + "\r\n\r\n";
}

std::string RefusalAnswer(const UpgradeRefusal& refusal) {
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(refusal.status)));
  std::string answer = "HTTP/1.1 " + std::to_string(refusal.status) + " ";
  answer.append(View(reason)).append("\r\nServer: oofgg\r\n");
  if (refusal.status == 426) answer += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  if (refusal.status == 429) answer += "Retry-After: 1\r\n";
  answer +=
      "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(refusal.why.size()) +
      "\r\nConnection: close\r\n\r\n";
  return answer += refusal.why;
}

}  // namespace oofgg::net
