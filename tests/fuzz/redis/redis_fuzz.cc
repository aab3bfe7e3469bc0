#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/redis/key_slot.h"
#include "storage/redis/redirect.h"
#include "storage/redis/redis_url.h"
#include "storage/redis/reply_reader.h"
#include "storage/redis/slot_ranges.h"

// What a server answers, and the URL that says where it is. The first byte of an input says which of the two
// the rest is; of answers the second byte says in pieces of how many bytes they come.
namespace oofgg::storage {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

std::size_t DepthOf(const RedisReply& reply) {
  std::size_t deepest = 0;
  for (const RedisReply& element : reply.elements) deepest = std::max(deepest, DepthOf(element));
  return deepest + 1;
}

/// Whatever a node says of its cluster, no slot is out of bounds or served twice.
void RequireSound(const RedisReply& reply) {
  const HostPort asked{"asked", 1};
  int last = -1;
  if (const auto slots = redis::ParseClusterSlots(reply, asked); slots.ok()) {
    for (const redis::SlotRange& range : slots->ranges) {
      Require(range.first > last && range.last >= range.first && range.last < redis::kSlots);
      Require(!range.master.host.empty() && range.master.port != 0);
      last = range.last;
    }
  }
  RedisReply named = reply;
  redis::NameRedirectHost(named, asked.host);
  const auto redirect = redis::ParseRedirect(named);
  if (!redirect || redirect->kind == redis::Redirect::Kind::kLater) return;
  Require(redirect->slot < redis::kSlots && redirect->to.port != 0 && !redirect->to.host.empty());
}

void Replies(std::string_view input) {
  if (input.empty()) return;
  const std::size_t piece = static_cast<unsigned char>(input[0]) % 16 + 1;
  input.remove_prefix(1);
  redis::ReplyReader reader(4096);
  while (!input.empty()) {
    if (!reader.Feed(input.substr(0, piece)).ok()) return;
    input.remove_prefix(std::min(piece, input.size()));
    while (true) {
      const auto reply = reader.Next();
      if (!reply.ok()) return;
      if (!reply->has_value()) break;
      Require(DepthOf(**reply) <= 34);
      RequireSound(**reply);
      if ((*reply)->is_error()) Require(!StatusOfError(**reply).ok());
    }
  }
}

void Url(std::string_view input) {
  const auto url = ParseRedisUrl(input);
  if (!url.ok()) return;
  Require(!url->hosts.empty());
  // What is shown is a URL again, of the same hosts.
  if (url->master_name.find_first_of("/?%@,") != std::string::npos) return;
  const auto again = ParseRedisUrl(url->Redacted());
  Require(again.ok() && again->hosts == url->hosts && again->tls == url->tls &&
          again->is_cluster == url->is_cluster && again->password.empty());
}

}  // namespace
}  // namespace oofgg::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'r') oofgg::storage::Replies(rest);
  if (data[0] == 'u') oofgg::storage::Url(rest);
  return 0;
}
