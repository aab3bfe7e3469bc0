#include "backends/engine/log_tail.h"

#include <algorithm>

namespace oofgg::backends {
namespace {

constexpr std::size_t kHeader = 8;

}  // namespace

void LogTail::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (plain_) return Keep(bytes);
    if (left_ == 0) {
      Header(bytes.front());
      bytes.remove_prefix(1);
      continue;
    }
    const auto part =
        bytes.substr(0, static_cast<std::size_t>((std::min<std::uint64_t>)(left_, bytes.size())));
    Keep(part);
    left_ -= part.size();
    bytes.remove_prefix(part.size());
  }
}

void LogTail::Header(char byte) {
  header_ += byte;
  const bool fits =
      header_.size() == 1 ? static_cast<unsigned char>(byte) <= 2 : header_.size() > 4 || byte == '\0';
  if (!fits) {
    plain_ = true;
    return Keep(header_);
  }
  if (header_.size() < kHeader) return;
  for (std::size_t i = 4; i < kHeader; ++i) left_ = left_ << 8 | static_cast<unsigned char>(header_[i]);
  header_.clear();
}

void LogTail::Keep(std::string_view output) {
  if (output.size() > limit_) output.remove_prefix(output.size() - limit_);
  tail_ += output;
  if (tail_.size() > 2 * limit_) tail_.erase(0, tail_.size() - limit_);
}

std::string LogTail::Text() const {
  std::string text = tail_.size() > limit_ ? tail_.substr(tail_.size() - limit_) : tail_;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += " | ";
    } else if (c != '\r') {
      line += byte < ' ' || byte == 0x7f ? '?' : c;
    }
  }
  return line;
}

}  // namespace oofgg::backends
