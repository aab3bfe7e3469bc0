#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/http_client.h"
#include "oofgg/status.h"

namespace oofgg::net {

/// A request as a listener received it, checked for form and nothing else.
struct HttpRequest {
  std::string method;                 ///< As sent; `HEAD` is answered like `GET`, without the body.
  std::string target;                 ///< Path and query as sent, still encoded.
  std::vector<std::string> segments;  ///< `/a/b%2Fc` is {"a", "b/c"}; a final slash adds an empty one.
  std::vector<std::pair<std::string, std::string>> query;  ///< Decoded, in order.
  HttpHeaders headers;  ///< Names in lower case; `host` is that of the target if it has one.
  std::string body;
  std::string peer_address;   ///< Without the port.
  std::string local_address;  ///< Ours, on which the peer reached us; without the port.
  std::uint16_t local_port = 0;

  /// The first value, or nothing. `name` in lower case.
  [[nodiscard]] std::optional<std::string_view> Header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> Query(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string body{};
  std::string content_type = "text/plain; charset=utf-8";
  HttpHeaders headers{};  ///< Besides Content-Type, Content-Length, Connection and Server.
};

/// Takes scheme and authority off a target in absolute form, `http://HOST[:PORT]/path`, as it is sent to
/// proxies and must be taken by all (RFC 9112, 3.2.2). The authority, which then counts for `Host`; empty: it
/// has another form. Errors: kInvalidArgument (no host, or a user in front of it).
[[nodiscard]] StatusOr<std::string> TakeAuthority(std::string& target);

/// Splits `target` into decoded segments and query. Errors: kInvalidArgument (not an origin-form
/// target, a percent sign without two hex digits, an encoded NUL).
[[nodiscard]] Status ParseTarget(std::string_view target, HttpRequest& request);

/// Undoes percent-encoding; with `plus_is_space` by the rules of forms.
[[nodiscard]] StatusOr<std::string> PercentDecode(std::string_view text, bool plus_is_space = false);

}  // namespace oofgg::net
