#include "net/websocket/frame.h"

#include <cstddef>

namespace oofgg::net {
namespace {

constexpr char kFinal = '\x80';
constexpr std::size_t kMostControlBytes = 125;

void AppendBigEndian(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

}  // namespace

void AppendFrame(std::string& out, Opcode opcode, std::string_view payload) {
  out += static_cast<char>(kFinal | static_cast<char>(opcode));
  if (payload.size() <= kMostControlBytes) {
    out += static_cast<char>(payload.size());
  } else if (payload.size() <= 0xFFFF) {
    out += static_cast<char>(126);
    AppendBigEndian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(127);
    AppendBigEndian(out, payload.size(), 8);
  }
  out += payload;
}

void AppendClose(std::string& out, CloseCode code, std::string_view why) {
  std::string payload;
  if (code != CloseCode::kNone && code != CloseCode::kNoStatus) {
    AppendBigEndian(payload, static_cast<std::uint16_t>(code), 2);
    payload += why.substr(0, kMostControlBytes - payload.size());
  }
  AppendFrame(out, Opcode::kClose, payload);
}

}  // namespace oofgg::net
