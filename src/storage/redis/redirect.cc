#include "storage/redis/redirect.h"

#include <string_view>

#include "storage/redis/key_slot.h"

namespace oofgg::storage::redis {
namespace {

/// `HOST:PORT`; an IPv6 host has no brackets here, so that the last colon counts.
std::optional<HostPort> ParseNodeAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = ParseInteger<std::uint16_t>(text.substr(colon + 1), std::uint16_t{1});
  if (!port.ok()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return HostPort{.host = std::string(host), .port = *port};
}

}  // namespace

std::optional<Redirect> ParseRedirect(const RedisReply& reply) {
  if (!reply.is_error()) return std::nullopt;
  if (IsErrorOf(reply, "TRYAGAIN") || IsErrorOf(reply, "CLUSTERDOWN")) return Redirect();
  const bool moved = IsErrorOf(reply, "MOVED");
  if (!moved && !IsErrorOf(reply, "ASK")) return std::nullopt;
  std::string_view rest = reply.text;
  rest.remove_prefix(rest.find(' ') == std::string_view::npos ? rest.size() : rest.find(' ') + 1);
  const std::size_t blank = rest.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto slot =
      ParseInteger<std::uint16_t>(rest.substr(0, blank), 0, static_cast<std::uint16_t>(kSlots - 1));
  auto to = ParseNodeAddress(rest.substr(blank + 1));
  if (!slot.ok() || !to) return std::nullopt;
  return Redirect{
      .kind = moved ? Redirect::Kind::kMoved : Redirect::Kind::kAsk, .slot = *slot, .to = *std::move(to)};
}

void NameRedirectHost(RedisReply& reply, const std::string& host) {
  const auto redirect = ParseRedirect(reply);
  if (!redirect || redirect->kind == Redirect::Kind::kLater || !redirect->to.host.empty()) return;
  reply.text.insert(reply.text.rfind(' ') + 1, host);
}

}  // namespace oofgg::storage::redis
