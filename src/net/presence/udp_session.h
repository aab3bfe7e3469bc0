#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/presence/udp_cookies.h"
#include "net/presence/udp_peer.h"
#include "oofgg/clock.h"
#include "oofgg/presence/presence_table.h"
#include "presence/json_protocol.h"

namespace oofgg::net {

inline constexpr std::uint32_t kNoSession = 0xFFFF'FFFF;

/// Lines that were sent and not acknowledged, oldest first.
struct UdpFlight {
  struct Line {
    std::string text;
    std::string user_id{};  ///< Whom it is about, to v1.
    int sent = 1;
  };
  std::deque<Line> lines;
  std::uint64_t first_sequence = 0;  ///< Of the oldest.
  TimePoint due = kNever;            ///< When they are sent again.
  Duration pause{};                  ///< After that, until the next time.
};

/// A friends list of which parts are missing.
class UdpListParts {
 public:
  explicit UdpListParts(std::uint32_t parts) : missing_(parts), parts_(parts) {}

  /// A part that has come before is not taken twice. False if `place` is not of this list.
  [[nodiscard]] bool Add(const presence::ListPart& place, const std::vector<std::string>& friends);
  [[nodiscard]] std::size_t friends() const { return friends_; }
  [[nodiscard]] bool is_whole() const { return missing_ == 0; }
  [[nodiscard]] std::vector<std::string> Join() const;

 private:
  std::uint32_t missing_;
  std::size_t friends_ = 0;
  std::vector<std::optional<std::vector<std::string>>> parts_;
};

/// One player on UDP. Every field is paid for a million times; what few have at a time is kept beside.
struct UdpSession {
  UdpPeer peer;
  bool is_v2 : 1 = false;
  bool in_use : 1 = false;
  bool integer_ids : 1 = false;
  bool acknowledged : 1 = false;           ///< Something of what was told since the welcome.
  bool proven : 1 = false;                 ///< Its user brought a token.
  bool has_flight : 1 = false;             ///< Was told what it has not acknowledged.
  bool has_parts : 1 = false;              ///< Some of its new friends list have come.
  bool owes_fence : 1 = false;             ///< Its revision changed no list: confirmed when all is told.
  std::uint64_t last_sequence = 0;         ///< Of v2.
  UdpCookies::Cookie cookie = 0;           ///< Of v2: what each of its datagrams carries.
  PresenceTable::ConnectionId connection;  ///< No generation: signed off, and remembered by its revision.
  std::uint32_t generation = 0;            ///< Counts the players this record served.
  std::uint32_t heard = 0;                 ///< Milliseconds since the door opened, modulo 2^32.
  std::uint32_t earlier = kNoSession;      ///< By when they were heard.
  std::uint32_t later = kNoSession;
  std::uint64_t revision = 0;      ///< The newest that was heard; 0: the client does not count.
  std::uint32_t friends_held = 0;  ///< As counted by the limiter; of proven users none are.

  [[nodiscard]] presence::ProtocolVersion version() const {
    return is_v2 ? presence::ProtocolVersion::kV2 : presence::ProtocolVersion::kV1;
  }
};

static_assert(sizeof(UdpSession) == 80);

}  // namespace oofgg::net
