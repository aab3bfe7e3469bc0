#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace oofgg::presence {

/// A string that is one pointer while it is empty, for buffers which an idle connection has but does not use.
class LazyString {
 public:
  /// The string to add to.
  std::string& Get() {
    if (text_ == nullptr) text_ = std::make_unique<std::string>();
    return *text_;
  }

  [[nodiscard]] std::string_view view() const { return text_ == nullptr ? std::string_view() : *text_; }
  [[nodiscard]] bool empty() const { return view().empty(); }

  /// Empties it and gives its memory back.
  void Free() { text_.reset(); }

 private:
  std::unique_ptr<std::string> text_;
};

}  // namespace oofgg::presence
