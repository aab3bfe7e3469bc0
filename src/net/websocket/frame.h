#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace oofgg::net {

/// What a frame of RFC 6455 is (section 5.2). kContinuation is never given to anybody.
enum class Opcode : std::uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA
};

/// Why a connection is closed (section 7.4; from 4000 on our own, docs/websocket.md).
enum class CloseCode : std::uint16_t {
  kNone = 0,
  kNormal = 1000,
  kProtocolError = 1002,
  kNoStatus = 1005,  ///< Only read: the peer's close said nothing.
  kInvalidPayload = 1007,
  kPolicyViolation = 1008,
  kMessageTooBig = 1009,
  kBadRequest = 4400,
  kRevoked = 4401,
  kForbidden = 4403,
  kNotFound = 4404,
  kOver = 4410,
  kEventsLost = 4416
};

/// Appends `payload` as one frame, unmasked as a server sends it.
void AppendFrame(std::string& out, Opcode opcode, std::string_view payload);

/// Appends a close frame; kNone and kNoStatus: without a code. `why` is cut to what fits.
void AppendClose(std::string& out, CloseCode code, std::string_view why = {});

}  // namespace oofgg::net
