#pragma once

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::cli {

/// What the bytes in and out look like, line by line, with the time. Tokens are left out. Threads: `is_on` is
/// safe from any; the rest has one owner.
class ByteLog {
 public:
  enum class Form { kText, kHex };

  /// `file`: to that, too, which is added to and has mode 0600 from now on; empty: none.
  Status Start(Form form, const std::string& file);
  void Stop();
  [[nodiscard]] bool is_on() const { return on_.load(std::memory_order_relaxed); }

  /// The lines for `bytes`, which are written to the file, if there is one.
  std::vector<std::string> Add(WallTime now, std::string_view name, bool sent, std::string_view bytes);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::atomic<bool> on_{false};
  Form form_ = Form::kText;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace oofgg::cli
