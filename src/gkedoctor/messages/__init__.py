"""What programs print, once: the table of messages in `playbooks/messages/`, and the look-ups in it."""

from gkedoctor.messages.table import Found, Message, Messages, message, messages_beside, shipped_messages

__all__ = ["Found", "Message", "Messages", "message", "messages_beside", "shipped_messages"]
