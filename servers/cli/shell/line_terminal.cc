#include <histedit.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cwchar>

#include "servers/cli/shell/history_file.h"
#include "servers/cli/shell/terminal.h"
#include "servers/cli/shell/words.h"

namespace oofgg::cli {
namespace {

constexpr wchar_t kKillLine = 0x15;   // Ctrl-U, as libedit binds it.
constexpr char kPromptEscape = '\1';  // Around what of a prompt has no width.

/// What signals said, for the loop to find. One at a time, as signals are the process's.
class Signals {
 public:
  explicit Signals(EventLoop& loop) {
    loop_ = &loop;
    struct sigaction action {};
    action.sa_handler = &OnSignal;
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &action, &before_[i]);
  }
  ~Signals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
    loop_ = nullptr;
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  static bool Take(int signal) {
    const bool came = came_[static_cast<std::size_t>(signal)] != 0;
    came_[static_cast<std::size_t>(signal)] = 0;
    return came;
  }
  static bool has_to_end() { return came_[SIGTERM] != 0 || came_[SIGHUP] != 0; }

 private:
  static void OnSignal(int signal) {
    came_[static_cast<std::size_t>(signal)] = 1;
    if (loop_ != nullptr) loop_->Ring();
  }

  static constexpr std::array<int, 5> kSignals{SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};
  static inline EventLoop* loop_ = nullptr;
  static inline std::array<volatile std::sig_atomic_t, NSIG> came_{};
  std::array<struct sigaction, kSignals.size()> before_{};
};

class LineTerminal final : public Terminal {
 public:
  LineTerminal(EventLoop& loop, HistoryFile& file, Complete complete)
      : loop_(loop), file_(file), complete_(std::move(complete)), signals_(loop) {
    std::setlocale(LC_CTYPE, "");
    editor_.reset(el_init("oofgg", stdin, stdout, stderr));
    history_.reset(history_init());
    HistEvent event;
    history(history_.get(), &event, H_SETSIZE, static_cast<int>(HistoryFile::kMostLines));
    for (const std::string& line : file_.lines()) Remember(line);
    el_set(editor(), EL_CLIENTDATA, this);
    el_set(editor(), EL_EDITOR, "emacs");
    el_set(editor(), EL_HIST, &history, history_.get());
    el_set(editor(), EL_PROMPT_ESC, &PromptOf, kPromptEscape);
    el_set(editor(), EL_GETCFN, &OnKeyWanted);
    // The wide form takes the names as they are; the narrow one makes copies that nobody frees.
    el_wset(editor(), EL_ADDFN, L"oofgg-complete", L"Complete the word", &OnTabKey);
    el_set(editor(), EL_BIND, "^I", "oofgg-complete", nullptr);
    el_set(editor(), EL_BIND, "^R", "em-inc-search-prev", nullptr);
  }

  std::optional<std::string> ReadLine(const std::string& prompt) override {
    prompt_ = prompt;
    editing_ = true;
    el_set(editor(), EL_PREP_TERM, 1);  // Before the prompt, lest what is typed at once is echoed twice.
    int count = 0;
    const char* const text = el_gets(editor(), &count);
    editing_ = false;
    if (text == nullptr || count <= 0) {
      Print("");  // Whoever comes next begins a line of their own.
      return std::nullopt;
    }
    std::string line(text, static_cast<std::size_t>(count));
    if (!line.empty() && line.back() == '\n') line.pop_back();
    if (file_.Add(line)) Remember(line);
    return line;
  }

  void Print(std::string_view line) override {
    if (editing_) EraseEdited();
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(stdout);
    if (editing_) el_set(editor(), EL_REFRESH);
  }

  void End() override { cut_off_ = true; }
  bool TakeInterrupt() override { return Signals::Take(SIGINT) || Signals::has_to_end(); }

 private:
  struct Free {
    void operator()(EditLine* editor) const { el_end(editor); }
    void operator()(History* history) const { history_end(history); }
  };

  static LineTerminal& Of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<LineTerminal*>(self);
  }

  [[nodiscard]] EditLine* editor() const { return editor_.get(); }

  void Remember(const std::string& line) {
    HistEvent event;
    history(history_.get(), &event, H_ENTER, line.c_str());
  }

  static char* PromptOf(EditLine* editor) { return Of(editor).prompt_.data(); }

  static int OnKeyWanted(EditLine* editor, wchar_t* key) { return Of(editor).ReadKey(key); }

  int ReadKey(wchar_t* key) {
    std::mbstate_t state{};
    for (;;) {
      if (Signals::has_to_end() || cut_off_) return 0;
      if (Signals::Take(SIGINT)) {
        *key = kKillLine;
        return 1;
      }
      if (Signals::Take(SIGWINCH)) el_resize(editor());
      if (Signals::Take(SIGCONT)) {
        el_set(editor(), EL_PREP_TERM, 1);
        el_set(editor(), EL_REFRESH);
      }
      if (!loop_.ServeOnce(STDIN_FILENO)) continue;
      char byte = 0;
      if (read(STDIN_FILENO, &byte, 1) != 1) return 0;
      const std::size_t length = std::mbrtowc(key, &byte, 1, &state);
      if (length == static_cast<std::size_t>(-2)) continue;  // There is more of this character.
      if (length == static_cast<std::size_t>(-1)) *key = static_cast<unsigned char>(byte);
      return 1;
    }
  }

  static unsigned char OnTabKey(EditLine* editor, wint_t /*key*/) { return Of(editor).OnTab(); }

  unsigned char OnTab() {
    const LineInfo* const info = el_line(editor());
    const std::string line(info->buffer, info->cursor);
    const std::size_t space = line.find_last_of(' ');
    const std::size_t length = line.size() - (space == std::string::npos ? 0 : space + 1);
    const std::vector<std::string> choices = complete_(line);
    if (choices.empty()) return CC_ERROR;
    std::string more = CommonPrefix(choices).substr(length);
    if (choices.size() == 1) more += ' ';
    if (!more.empty()) {
      el_insertstr(editor(), more.c_str());
      return CC_REFRESH;
    }
    std::string all;
    for (const std::string& choice : choices) all += choice + "  ";
    Print(all);
    return CC_NORM;
  }

  /// The cursor goes to where the prompt begins, which may be some rows up.
  void EraseEdited() {
    const LineInfo* const info = el_line(editor());
    const std::size_t cells = WidthOf(prompt_) + WidthOf({info->buffer, info->cursor});
    int columns = 0;
    el_get(editor(), EL_GETTC, "co", &columns);
    const std::size_t rows = columns > 0 ? cells / static_cast<std::size_t>(columns) : 0;
    if (rows > 0) std::printf("\033[%zuA", rows);
    std::printf("\r\033[J");
  }

  /// In characters, which are taken for one cell each.
  static std::size_t WidthOf(std::string_view text) {
    std::size_t width = 0;
    bool escaped = false;
    for (const char byte : text) {
      if (byte == kPromptEscape) escaped = !escaped;
      const bool continues = (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
      if (!escaped && !continues && byte != kPromptEscape) ++width;
    }
    return width;
  }

  EventLoop& loop_;
  HistoryFile& file_;
  const Complete complete_;
  Signals signals_;
  std::unique_ptr<History, Free> history_;
  std::unique_ptr<EditLine, Free> editor_;  // Before the history it uses.
  std::string prompt_;
  bool editing_ = false;
  bool cut_off_ = false;
};

}  // namespace

std::unique_ptr<Terminal> MakeLineTerminal(EventLoop& loop, HistoryFile& history,
                                           Terminal::Complete complete) {
  return std::make_unique<LineTerminal>(loop, history, std::move(complete));
}

}  // namespace oofgg::cli
