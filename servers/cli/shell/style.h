#pragma once

#include <string>
#include <string_view>

namespace oofgg::cli {

/// Colours for a terminal that has them.
enum class Ink { kName, kGood, kDim, kBad, kSent, kReceived };

class Style {
 public:
  explicit Style(bool colored) : colored_(colored) {}

  [[nodiscard]] std::string Paint(Ink ink, std::string_view text) const {
    if (!colored_) return std::string(text);
    return "\033[" + std::string(CodeOf(ink)) + "m" + std::string(text) + "\033[0m";
  }

 private:
  static std::string_view CodeOf(Ink ink) {
    switch (ink) {
      case Ink::kName:
        return "1";
      case Ink::kGood:
        return "32";
      case Ink::kDim:
        return "2";
      case Ink::kBad:
        return "31";
      case Ink::kSent:
        return "33";
      case Ink::kReceived:
        return "36";
    }
    return "0";
  }

  bool colored_;
};

}  // namespace oofgg::cli
