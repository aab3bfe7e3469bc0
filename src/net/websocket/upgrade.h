#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oofgg::net {

/// What a client asks for in the request that makes a WebSocket of its connection.
struct UpgradeRequest {
  std::string key{};            ///< `Sec-WebSocket-Key`.
  std::string token{};          ///< `?token=`.
  std::string session_id{};     ///< The last segment of the path; empty: none.
  std::uint64_t after = 0;      ///< `?seq=`: the last event it has seen of that session, or game::kBeforeAll.
  bool echo = false;            ///< `?echo=1`: it wants its own events too.
  std::string origin{};         ///< Of the page it comes from; empty: it is no browser.
  std::string forwarded_for{};  ///< `X-Forwarded-For`, believed of proxies only.
};

/// Why there is no WebSocket, as HTTP has it; status 0: there is one.
struct UpgradeRefusal {
  int status = 0;
  std::string why{};
};

/// Reads a request up to and with its empty line. Refusals: 400, 404 (the path names no session), 405, 426
/// (no WebSocket was asked for, or another version than 13), 431 (a header of more than `max_bytes`).
[[nodiscard]] UpgradeRefusal ReadUpgrade(std::string_view head, std::size_t max_bytes,
                                         UpgradeRequest& request);

/// 403 if pages of that origin are not among `allowed`; an empty list allows all.
[[nodiscard]] UpgradeRefusal CheckOrigin(const std::vector<std::string>& allowed, const std::string& origin);

/// `HTTP/1.1 101 Switching Protocols`, with the answer to `key` (RFC 6455, section 4.2.2).
[[nodiscard]] std::string UpgradeAnswer(std::string_view key);

/// The refusal as an HTTP answer, after which the connection is closed.
[[nodiscard]] std::string RefusalAnswer(const UpgradeRefusal& refusal);

}  // namespace oofgg::net
