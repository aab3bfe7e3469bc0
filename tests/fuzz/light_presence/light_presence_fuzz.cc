#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/presence_limits.h"
#include "client/light/light_tcp_session.h"
#include "client/light/light_udp_session.h"

// What the light client reads from a server that may be anybody. Each line of an input comes at once over
// UDP; over TCP all of it comes whole, and byte by byte, which must mean the same.
namespace oofgg::internal {
namespace {

using namespace std::chrono_literals;

void Require(bool promise) {
  if (!promise) std::abort();
}

struct Client {
  LightWishes wishes{.user_id = "ann", .friends = {"bob", "cid"}};
  FriendBook book;

  template <typename Session>
  Session Begin() {
    book.SetFriends(wishes.friends);
    Session session({.wishes = wishes, .book = book, .first_revision = 1, .heartbeat = 2s});
    session.Start(TimePoint());
    return session;
  }
  /// What has been reported at the end.
  std::vector<std::string> Reports() {
    std::vector<std::string> reports;
    for (const auto& event : book.TakeEvents()) {
      const auto update = book.TakeReport(event.user_id);
      if (!update.has_value()) continue;
      Require(update->user_id == "bob" || update->user_id == "cid");
      reports.push_back(update->user_id + std::to_string(static_cast<int>(update->state)) + update->text);
    }
    std::sort(reports.begin(), reports.end());
    return reports;
  }
};

std::vector<std::string> HearOverTcp(std::string_view bytes, std::size_t segment_size) {
  Client client;
  auto session = client.Begin<LightTcpSession>();
  while (!bytes.empty() && session.phase() == LightSession::Phase::kOpen) {
    session.OnBytes(TimePoint(), bytes.substr(0, segment_size));
    bytes.remove_prefix(std::min(segment_size, bytes.size()));
  }
  return client.Reports();
}

void HearOverUdp(std::string_view bytes) {
  Client client;
  auto session = client.Begin<LightUdpSession>();
  TimePoint now;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1);
    session.OnBytes(now, bytes.substr(0, end));
    session.Advance(now += 100ms);
    for (const std::string& datagram : session.TakeOutput()) {
      Require(datagram.size() <= presence::kMaxDatagramBytes);
    }
    bytes.remove_prefix(end + 1);
  }
  static_cast<void>(client.Reports());
}

}  // namespace
}  // namespace oofgg::internal

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace oofgg::internal;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Require(HearOverTcp(bytes, bytes.size()) == HearOverTcp(bytes, 1));
  HearOverUdp(bytes);
  return 0;
}
