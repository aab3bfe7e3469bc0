#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/websocket/frame.h"

namespace oofgg::net {

/// What a client said: a whole message, or a control frame.
struct ReceivedFrame {
  Opcode opcode = Opcode::kText;
  std::string payload{};
  CloseCode code = CloseCode::kNoStatus;  ///< Of kClose; `payload` is then its reason.
};

/// Takes a client's frames apart (RFC 6455, section 5), however they are cut: undoes masks, joins fragments,
/// and holds the client to the rules. Of a message that is not whole it keeps what has come, and no more than
/// that. Pure. Threads: one owner.
class FrameReader {
 public:
  enum class Outcome {
    kMore,   ///< All was taken, and there is nothing whole in it.
    kFrame,  ///< `frame` is filled; ask again for the next.
    kBroken  ///< `broken()` says which rule; nothing more is read.
  };

  /// Takes from the front of `bytes`, which need not be kept. A text message is UTF-8.
  [[nodiscard]] Outcome Next(std::string_view& bytes, std::size_t max_message_bytes, ReceivedFrame& frame);

  /// kProtocolError, kInvalidPayload or kMessageTooBig.
  [[nodiscard]] CloseCode broken() const { return broken_; }
  /// A frame or message has begun and is not whole.
  [[nodiscard]] bool unfinished() const { return head_size_ > 0 || in_message_; }

 private:
  static constexpr std::size_t kLongestHead = 14;

  bool TakeHead(std::string_view& bytes);
  bool CheckHead(std::size_t max_message_bytes);
  void TakePayload(std::string_view& bytes);
  Outcome EndFrame(ReceivedFrame& frame);
  Outcome EndClose(ReceivedFrame& frame);
  Outcome Break(CloseCode code);
  [[nodiscard]] std::size_t HeadLength() const;
  [[nodiscard]] bool is_final() const { return (head_[0] & 0x80) != 0; }
  [[nodiscard]] Opcode opcode() const { return static_cast<Opcode>(head_[0] & 0x0F); }
  [[nodiscard]] bool is_control() const { return (head_[0] & 0x08) != 0; }

  std::array<std::uint8_t, kLongestHead> head_{};
  std::uint8_t head_size_ = 0;
  bool head_done_ = false;
  bool in_message_ = false;  // The first fragment of a message has come, its last one has not.
  Opcode message_opcode_ = Opcode::kText;
  CloseCode broken_ = CloseCode::kNone;
  std::uint64_t length_ = 0;  // Of the frame's payload.
  std::uint64_t taken_ = 0;   // Of that.
  std::string message_;
  std::string control_;  // A control frame may come between fragments.
};

}  // namespace oofgg::net
