#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "oofgg/parse.h"
#include "storage/redis/redis_reply.h"

namespace oofgg::storage::redis {

/// What a node of a cluster says instead of doing what it was asked. Nothing has been carried out then.
struct Redirect {
  enum class Kind {
    kMoved,  ///< `to` serves the slot now.
    kAsk,    ///< `to` has this key already, though the slot is not its own yet.
    kLater,  ///< TRYAGAIN, CLUSTERDOWN: nobody can say at the moment.
  };
  Kind kind = Kind::kLater;
  std::uint16_t slot = 0;  ///< Not of kLater.
  HostPort to{};           ///< The same. An empty host: that of the node that said it.

  friend bool operator==(const Redirect&, const Redirect&) = default;
};

/// Nothing where the reply is none. A malformed one is not either, so that it ends as an error.
[[nodiscard]] std::optional<Redirect> ParseRedirect(const RedisReply& reply);

/// Writes `host` into a redirect that leaves it out.
void NameRedirectHost(RedisReply& reply, const std::string& host);

}  // namespace oofgg::storage::redis
