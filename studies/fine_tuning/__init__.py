"""Parts of the study of quantization-aware fine-tuning."""
