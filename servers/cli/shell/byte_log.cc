#include "servers/cli/shell/byte_log.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "servers/cli/shell/private_file.h"
#include "servers/cli/shell/secrets.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kHexBytes = 16;  // A line.

std::string TimeText(WallTime now) {
  using std::chrono::milliseconds;
  const auto since = std::chrono::floor<milliseconds>(now).time_since_epoch();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min, local.tm_sec,
                static_cast<int>(since.count() % 1000));
  return text.data();
}

std::string Escaped(std::string_view bytes) {
  std::string text;
  for (const char each : bytes) {
    const auto byte = static_cast<unsigned char>(each);
    if (byte == '\n') {
      text += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\x%02x", byte);
      text += code.data();
    } else {
      text += each;
    }
  }
  return text;
}

/// As `hexdump -C` shows them.
std::string HexLine(std::size_t offset, std::string_view bytes) {
  std::array<char, 24> number{};
  std::snprintf(number.data(), number.size(), "%04zx ", offset);
  std::string hex = number.data();
  std::string text;
  for (std::size_t i = 0; i < kHexBytes; ++i) {
    if (i >= bytes.size()) {
      hex += "   ";
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes[i]);
    std::snprintf(number.data(), number.size(), " %02x", byte);
    hex += number.data();
    text += byte >= 0x20 && byte < 0x7F ? bytes[i] : '.';
  }
  return hex + "  |" + text + "|";
}

}  // namespace

Status ByteLog::Start(Form form, const std::string& file) {
  if (!file.empty()) {
    const int fd = OpenPrivate(file, O_APPEND);
    if (fd < 0) {
      return MakeStatus(StatusCode::kUnavailable, "cannot write " + file + ": " + std::strerror(errno));
    }
    file_.reset(fdopen(fd, "a"));
  } else {
    file_.reset();
  }
  form_ = form;
  on_ = true;
  return {};
}

void ByteLog::Stop() {
  on_ = false;
  file_.reset();
}

std::vector<std::string> ByteLog::Add(WallTime now, std::string_view name, bool sent,
                                      std::string_view bytes) {
  const std::string shown = WithoutTokens(bytes);
  const std::string head = TimeText(now) + " " + std::string(name) + (sent ? " > " : " < ");
  std::vector<std::string> lines;
  if (form_ == Form::kText) {
    lines.push_back(head + Escaped(shown));
  } else {
    for (std::size_t at = 0; at < shown.size(); at += kHexBytes) {
      lines.push_back(head + HexLine(at, std::string_view(shown).substr(at, kHexBytes)));
    }
  }
  if (file_ != nullptr) {
    for (const std::string& line : lines) std::fprintf(file_.get(), "%s\n", line.c_str());
    std::fflush(file_.get());
  }
  return lines;
}

}  // namespace oofgg::cli
