#include "net/websocket/frame_reader.h"

#include <algorithm>
#include <utility>

#include "game/validation.h"

namespace oofgg::net {
namespace {

constexpr std::size_t kMostControlPayload = 125;

bool IsKnown(Opcode opcode) {
  switch (opcode) {
    case Opcode::kContinuation:
    case Opcode::kText:
    case Opcode::kBinary:
    case Opcode::kClose:
    case Opcode::kPing:
    case Opcode::kPong:
      return true;
  }
  return false;
}

/// Those that an endpoint may send (sections 7.4.1 and 7.4.2).
bool MayBeSent(unsigned code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

FrameReader::Outcome FrameReader::Next(std::string_view& bytes, std::size_t max_message_bytes,
                                       ReceivedFrame& frame) {
  if (broken_ != CloseCode::kNone) return Outcome::kBroken;
  while (true) {
    if (!head_done_) {
      if (!TakeHead(bytes)) return Outcome::kMore;
      if (!CheckHead(max_message_bytes)) return Outcome::kBroken;
      head_done_ = true;
    }
    TakePayload(bytes);
    if (taken_ < length_) return Outcome::kMore;
    const Outcome outcome = EndFrame(frame);
    if (outcome != Outcome::kMore) return outcome;
  }
}

std::size_t FrameReader::HeadLength() const {
  if (head_size_ < 2) return 2;
  const unsigned length = head_[1] & 0x7F;
  const bool masked = (head_[1] & 0x80) != 0;
  return 2U + (length == 126 ? 2U : 0U) + (length == 127 ? 8U : 0U) + (masked ? 4U : 0U);
}

/// Whether all of it is there.
bool FrameReader::TakeHead(std::string_view& bytes) {
  while (head_size_ < HeadLength()) {
    if (bytes.empty()) return false;
    head_[head_size_++] = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
  }
  return true;
}

bool FrameReader::CheckHead(std::size_t max_message_bytes) {
  const bool reserved_bits = (head_[0] & 0x70) != 0;
  const bool masked = (head_[1] & 0x80) != 0;
  length_ = head_[1] & 0x7F;
  taken_ = 0;
  const std::size_t extended = length_ == 126 ? 2 : length_ == 127 ? 8 : 0;
  if (extended > 0) {
    length_ = 0;
    for (std::size_t i = 0; i < extended; ++i) length_ = length_ << 8 | head_[2 + i];
  }
  const bool is_shortest = extended == 0 || (extended == 2 ? length_ > 125 : length_ > 0xFFFF);
  bool is_right = !reserved_bits && masked && is_shortest && IsKnown(opcode());
  if (is_control()) {
    is_right = is_right && is_final() && length_ <= kMostControlPayload;
  } else {
    // A continuation continues something; whatever else comes does not.
    is_right = is_right && (opcode() == Opcode::kContinuation) == in_message_;
  }
  if (!is_right) {
    broken_ = CloseCode::kProtocolError;
  } else if (!is_control() && length_ > max_message_bytes - (std::min)(message_.size(), max_message_bytes)) {
    broken_ = CloseCode::kMessageTooBig;
  }
  return broken_ == CloseCode::kNone;
}

void FrameReader::TakePayload(std::string_view& bytes) {
  const auto count = static_cast<std::size_t>((std::min)(length_ - taken_, std::uint64_t{bytes.size()}));
  std::string& into = is_control() ? control_ : message_;
  const std::size_t begin = into.size();
  into.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  const std::uint8_t* const mask = &head_[head_size_ - 4U];
  for (std::size_t i = 0; i < count; ++i) {
    into[begin + i] = static_cast<char>(into[begin + i] ^ static_cast<char>(mask[(taken_ + i) % 4]));
  }
  taken_ += count;
}

/// kMore: it was a fragment.
FrameReader::Outcome FrameReader::EndFrame(ReceivedFrame& frame) {
  head_size_ = 0;
  head_done_ = false;
  if (is_control()) {
    frame.opcode = opcode();
    frame.payload = std::exchange(control_, {});
    return frame.opcode == Opcode::kClose ? EndClose(frame) : Outcome::kFrame;
  }
  if (!in_message_) message_opcode_ = opcode();
  in_message_ = !is_final();
  if (in_message_) return Outcome::kMore;
  frame.opcode = message_opcode_;
  frame.payload = std::exchange(message_, {});
  if (frame.opcode == Opcode::kText && !game::IsUtf8(frame.payload)) return Break(CloseCode::kInvalidPayload);
  return Outcome::kFrame;
}

FrameReader::Outcome FrameReader::EndClose(ReceivedFrame& frame) {
  frame.code = CloseCode::kNoStatus;
  if (frame.payload.empty()) return Outcome::kFrame;
  if (frame.payload.size() < 2) return Break(CloseCode::kProtocolError);
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(frame.payload[i]); };
  const unsigned code = static_cast<unsigned>(byte(0)) << 8 | byte(1);
  frame.payload.erase(0, 2);
  if (!MayBeSent(code)) return Break(CloseCode::kProtocolError);
  if (!game::IsUtf8(frame.payload)) return Break(CloseCode::kInvalidPayload);
  frame.code = static_cast<CloseCode>(code);
  return Outcome::kFrame;
}

FrameReader::Outcome FrameReader::Break(CloseCode code) {
  broken_ = code;
  return Outcome::kBroken;
}

}  // namespace oofgg::net
