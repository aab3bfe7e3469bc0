#include "servers/cli/load/links.h"

#include <cerrno>
#include <cstring>

namespace oofgg::load {

void AppendFriends(std::string& out, const LinkPlan& plan, std::span<const User> friends) {
  out += R"(,"friends":[)";
  for (const User user : friends) {
    out += std::to_string(plan.IdOf(user));
    out += ',';
  }
  if (!friends.empty()) out.pop_back();
  out += ']';
}

void AppendState(std::string& out, const Change& change) {
  out += change.shown == Shown::kAway ? R"(,"state":"away")" : R"(,"state":"online")";
  if (change.number > 1) out += R"(,"text":")" + std::to_string(change.number) + '"';
}

Status SocketTrouble(int error) {
  std::string words = std::strerror(error);
  if (error == EMFILE || error == ENFILE) words += "; raise the limit with `ulimit -n`, or ask for fewer";
  if (error == EADDRNOTAVAIL) words += ": all ports of a source address are taken; lower --per-address";
  if (error == ENOBUFS || error == ENOMEM) words += "; the kernel has no memory for more sockets";
  if (error == ECONNREFUSED) words += "; start oofgg-game, and name its presence port with --server";
  return MakeStatus(StatusCode::kResourceExhausted, words);
}

}  // namespace oofgg::load
